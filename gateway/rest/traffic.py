"""Roads: the newest window of each, and one road's windows of a range of time."""

from starlette.requests import Request
from starlette.responses import Response

from gateway import answers, geojson, parameters, query
from gateway.city import City
from gateway.endpoint import GEOJSON, JSON, Endpoint
from gateway.geojson import Feature, FeatureCollection
from gateway.history import RoadHistory
from gateway.link import now_ms
from gateway.past import PastFeatures, PastRoads
from gateway.records import Records
from gateway.rest import things
from gateway.shapes import listing, thing
from gateway.traffic import LiveRoad


def endpoints(city: City, records: Records) -> list[Endpoint]:
    """`/api/traffic`."""
    view, lines = city.traffic.view, geojson.lines(city.model)

    async def live(request: Request) -> Response:
        return things.listed(request, view, "roads", lines)

    async def road(request: Request) -> Response:
        return things.one(request, view, "road_id", "/api/roads lists the roads", lines)

    async def road_history(request: Request) -> Response:
        answers.chosen(request, JSON)
        wanted = query.history_query(request.query_params, now_ms(), city.traffic.window_s)
        document = await records.roads.road(request.path_params["road_id"], wanted)
        return answers.document(request, document)

    async def at(request: Request) -> Response:
        time_ms = query.at_query(request.query_params)
        media_type = answers.chosen(request, JSON, GEOJSON)
        return answers.answer(request, await records.past.roads(time_ms, media_type), media_type)

    return [
        Endpoint(
            path="/api/traffic/live",
            handler=live,
            tag="traffic",
            summary="Every road's newest window",
            answers={JSON: listing("roads", LiveRoad), GEOJSON: FeatureCollection},
            parameters=parameters.PAGE,
            problems=(406,),
        ),
        Endpoint(
            path="/api/traffic/live/{road_id}",
            handler=road,
            tag="traffic",
            summary="One road's newest window",
            answers={JSON: thing(LiveRoad), GEOJSON: Feature},
            parameters=(parameters.FORMAT,),
            problems=(404, 406),
        ),
        Endpoint(
            path="/api/traffic/at",
            handler=at,
            tag="traffic",
            summary="Every road in one past window",
            answers={JSON: PastRoads, GEOJSON: PastFeatures},
            parameters=(parameters.TIME, parameters.FORMAT),
            problems=(406,),
        ),
        Endpoint(
            path="/api/traffic/history/{road_id}",
            handler=road_history,
            tag="traffic",
            summary="One road's windows of a range of time",
            answers={JSON: RoadHistory},
            parameters=parameters.HISTORY,
            problems=(404, 406),
        ),
    ]
