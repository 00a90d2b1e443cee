"""Weather stations: the latest observation of each, and one's windows of a range of time."""

from starlette.requests import Request
from starlette.responses import Response

from citystream.contracts.weather import WeatherWindow
from gateway import answers, query
from gateway.city import City
from gateway.endpoint import GEOJSON, JSON, Endpoint
from gateway.geojson import FeatureCollection
from gateway.layers import is_unknown
from gateway.link import now_ms
from gateway.parameters import HISTORY, PAGE
from gateway.problems import no_such
from gateway.rest import things
from gateway.shapes import listing
from gateway.weather import Station
from gateway.window_history import StationHistory, WindowHistory


def endpoints(city: City, windows: WindowHistory[WeatherWindow]) -> list[Endpoint]:
    """`/api/weather`."""
    view = city.weather.view

    async def current(request: Request) -> Response:
        return things.listed(request, view, "stations")

    async def history(request: Request) -> Response:
        answers.chosen(request, JSON)
        wanted = query.history_query(request.query_params, now_ms(), windows.window_s)
        key = request.path_params["station_id"]
        told = {"station_id": key, **await windows.of(key, wanted)}
        if not told["count"] and is_unknown(view, key, told["missing"]):
            raise no_such("station_id", key, "/api/weather/current lists the stations")
        return answers.document(request, told)

    return [
        Endpoint(
            path="/api/weather/current",
            handler=current,
            tag="weather",
            summary="Every station's latest observation",
            answers={JSON: listing("stations", Station), GEOJSON: FeatureCollection},
            parameters=PAGE,
            problems=(406,),
        ),
        Endpoint(
            path="/api/weather/history/{station_id}",
            handler=history,
            tag="weather",
            summary="One station's windows of a range of time",
            answers={JSON: StationHistory},
            parameters=HISTORY,
            problems=(404, 406),
        ),
    ]
