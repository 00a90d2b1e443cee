"""Cameras: the latest observation of each."""

from starlette.requests import Request
from starlette.responses import Response

from citystream.contracts.camera import CameraWindow
from gateway import answers, query
from gateway.cameras import Camera
from gateway.city import City
from gateway.endpoint import GEOJSON, JSON, Endpoint
from gateway.geojson import Feature, FeatureCollection
from gateway.link import now_ms
from gateway.parameters import FORMAT, HISTORY, PAGE
from gateway.problems import no_such
from gateway.rest import things
from gateway.shapes import listing, thing
from gateway.window_history import CameraRoadHistory, WindowHistory


def endpoints(city: City, windows: WindowHistory[CameraWindow]) -> list[Endpoint]:
    """`/api/cameras`."""
    view = city.cameras.view

    async def cameras(request: Request) -> Response:
        return things.listed(request, view, "cameras")

    async def camera(request: Request) -> Response:
        return things.one(request, view, "camera_id", "/api/cameras lists the cameras")

    async def history(request: Request) -> Response:
        answers.chosen(request, JSON)
        wanted = query.history_query(request.query_params, now_ms(), windows.window_s)
        key = request.path_params["camera_id"]
        road_id = city.cameras.road_of(key)
        if road_id is None:
            # Of one that nobody has told of yet it is not known where it is.
            answers.require_known(view)
            raise no_such("camera_id", key, "/api/cameras lists the cameras")
        told = {"camera_id": key, "road_id": road_id, **await windows.of(road_id, wanted)}
        return answers.document(request, told)

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
            path="/api/cameras/{camera_id}/history",
            handler=history,
            tag="cameras",
            summary="What all cameras of one camera's road saw in a range of time",
            answers={JSON: CameraRoadHistory},
            parameters=HISTORY,
            problems=(404, 406),
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
