"""Forecasts: what is expected of each road, and how good each model's forecasts were."""

from starlette.requests import Request
from starlette.responses import Response

from gateway import geojson
from gateway.city import City
from gateway.endpoint import GEOJSON, JSON, Endpoint
from gateway.forecasts import ModelScores, PredictedRoad
from gateway.geojson import Feature, FeatureCollection
from gateway.parameters import BBOX, CURSOR, FORMAT, ID, PAGE, formats, limit
from gateway.rest import things
from gateway.shapes import listing, thing

AS_JSON = formats("json")


def endpoints(city: City) -> list[Endpoint]:
    """`/api/traffic/predictions` and `/api/models`."""
    roads, models, lines = city.forecasts.view, city.models.view, geojson.lines(city.model)

    async def predictions(request: Request) -> Response:
        return things.listed(request, roads, "roads", lines, boxed=True)

    async def prediction(request: Request) -> Response:
        return things.one(request, roads, "road_id", "/api/roads lists the roads", lines, dated=True)

    async def all_scores(request: Request) -> Response:
        return things.listed(request, models, "models", offers=(JSON,))

    async def scores(request: Request) -> Response:
        remedy = "/api/models lists the models"
        return things.one(request, models, "model", remedy, offers=(JSON,), dated=True)

    return [
        Endpoint(
            path="/api/traffic/predictions",
            handler=predictions,
            tag="traffic",
            summary="What is expected of every road in 5 to 60 minutes",
            answers={JSON: listing("roads", PredictedRoad), GEOJSON: FeatureCollection},
            parameters=(BBOX, *PAGE),
            problems=(406,),
        ),
        Endpoint(
            path="/api/traffic/predictions/{road_id}",
            handler=prediction,
            tag="traffic",
            summary="What is expected of one road",
            answers={JSON: thing(PredictedRoad), GEOJSON: Feature},
            parameters=(FORMAT,),
            problems=(404, 406),
        ),
        Endpoint(
            path="/api/models",
            handler=all_scores,
            tag="traffic",
            summary="How good each model's forecasts of the last day were, beside the last value",
            answers={JSON: listing("models", ModelScores)},
            parameters=(limit("all"), CURSOR, ID, AS_JSON),
            problems=(406,),
        ),
        Endpoint(
            path="/api/models/{model}",
            handler=scores,
            tag="traffic",
            summary="How good one model's forecasts were",
            answers={JSON: thing(ModelScores)},
            parameters=(AS_JSON,),
            problems=(404, 406),
        ),
    ]
