"""Cameras: the latest observation of each."""

from starlette.requests import Request
from starlette.responses import Response

from gateway.cameras import Camera
from gateway.city import City
from gateway.endpoint import GEOJSON, JSON, Endpoint
from gateway.geojson import Feature, FeatureCollection
from gateway.parameters import FORMAT, PAGE
from gateway.rest import things
from gateway.shapes import listing, thing


def endpoints(city: City) -> list[Endpoint]:
    """`/api/cameras`."""
    view = city.cameras.view

    async def cameras(request: Request) -> Response:
        return things.listed(request, view, "cameras")

    async def camera(request: Request) -> Response:
        return things.one(request, view, "camera_id", "/api/cameras lists the cameras")

    return [
        Endpoint(
            path="/api/cameras",
            handler=cameras,
            tag="cameras",
            summary="Every camera's latest observation",
            answers={JSON: listing("cameras", Camera), GEOJSON: FeatureCollection},
            parameters=PAGE,
            problems=(406,),
        ),
        Endpoint(
            path="/api/cameras/{camera_id}",
            handler=camera,
            tag="cameras",
            summary="One camera's latest observation",
            answers={JSON: thing(Camera), GEOJSON: Feature},
            parameters=(FORMAT,),
            problems=(404, 406),
        ),
    ]
