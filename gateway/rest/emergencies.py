"""Incidents: the active ones, and any by its id."""

from starlette.requests import Request
from starlette.responses import Response

from gateway.city import City
from gateway.emergencies import Incident
from gateway.endpoint import GEOJSON, JSON, Endpoint
from gateway.geojson import Feature, FeatureCollection
from gateway.parameters import FORMAT, PAGE
from gateway.rest import things
from gateway.shapes import listing, thing

REMEDY = "/api/emergencies/active lists the active ones; ended ones are kept 7 days"


def endpoints(city: City) -> list[Endpoint]:
    """`/api/emergencies`."""
    view = city.emergencies.view

    async def active(request: Request) -> Response:
        return things.listed(request, view, "emergencies")

    async def incident(request: Request) -> Response:
        return things.one(request, view, "incident_id", REMEDY)

    return [
        Endpoint(
            path="/api/emergencies/active",
            handler=active,
            tag="emergencies",
            summary="Active incidents",
            answers={JSON: listing("emergencies", Incident), GEOJSON: FeatureCollection},
            parameters=PAGE,
            problems=(406,),
        ),
        Endpoint(
            path="/api/emergencies/{incident_id}",
            handler=incident,
            tag="emergencies",
            summary="One incident, active or not",
            answers={JSON: thing(Incident), GEOJSON: Feature},
            parameters=(FORMAT,),
            problems=(404, 406),
        ),
    ]
