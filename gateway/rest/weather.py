"""Weather stations: the latest observation of each."""

from starlette.requests import Request
from starlette.responses import Response

from gateway.city import City
from gateway.endpoint import GEOJSON, JSON, Endpoint
from gateway.geojson import FeatureCollection
from gateway.parameters import PAGE
from gateway.rest import things
from gateway.shapes import listing
from gateway.weather import Station


def endpoints(city: City) -> list[Endpoint]:
    """`/api/weather`."""

    async def current(request: Request) -> Response:
        return things.listed(request, city.weather.view, "stations")

    return [
        Endpoint(
            path="/api/weather/current",
            handler=current,
            tag="weather",
            summary="Every station's latest observation",
            answers={JSON: listing("stations", Station), GEOJSON: FeatureCollection},
            parameters=PAGE,
            problems=(406,),
        )
    ]
