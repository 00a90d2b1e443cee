"""Vehicles: where each was last seen, which are near, and where one was."""

from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gateway import answers, query
from gateway.city import City
from gateway.content import Content
from gateway.endpoint import GEOJSON, JSON, Endpoint
from gateway.geojson import NO_LINES, Feature, FeatureCollection
from gateway.link import now_ms
from gateway.pages import cursor, page
from gateway.parameters import (
    BBOX,
    CURSOR,
    FORMAT,
    FROM,
    ID,
    LAT,
    LON,
    RADIUS_M,
    SINCE,
    TIME,
    TO,
    TYPE,
    limit,
)
from gateway.past import PastFeatures, PastVehicles
from gateway.query import NearQuery, VehicleQuery, vehicle_query
from gateway.records import Records
from gateway.rest import things
from gateway.shapes import FreshList, listing, thing
from gateway.track import Track, TrackAnswer, geometry
from gateway.vehicles import Position, Vehicle
from gateway.view import Entry, View


def endpoints(city: City, records: Records) -> list[Endpoint]:
    """`/api/vehicles`."""
    view = city.vehicles.view

    async def locations(request: Request) -> Response:
        answers.require_known(view)
        media_type = answers.chosen(request, JSON, GEOJSON)
        content = view.cached(
            (media_type, request.scope["query_string"]),
            lambda: _page(view, vehicle_query(request.query_params), media_type),
        )
        return answers.answer(request, content, media_type)

    async def vehicle(request: Request) -> Response:
        return things.one(request, view, "vehicle_id", "/api/vehicles/locations lists the vehicles")

    async def near(request: Request) -> Response:
        def among(asked: NearQuery) -> Iterable[Entry[Position]]:
            return _of_types(view, asked.types)

        return things.near(request, view, "vehicles", among, typed=True)

    async def at(request: Request) -> Response:
        time_ms = query.at_query(request.query_params)
        media_type = answers.chosen(request, JSON, GEOJSON)
        return answers.answer(request, await records.past.vehicles(time_ms, media_type), media_type)

    async def track(request: Request) -> Response:
        wanted = query.track_query(request.query_params, now_ms())
        media_type = answers.chosen(request, JSON, GEOJSON)
        told, fresh = await records.tracks.of(request.path_params["vehicle_id"], wanted)
        document = answers.members(told) if media_type == JSON else answers.members(_feature(told))
        return answers.answer(request, answers.content(document, fresh), media_type)

    return [
        Endpoint(
            path="/api/vehicles/locations",
            handler=locations,
            tag="vehicles",
            summary="A page of positions",
            answers={JSON: listing("vehicles", Vehicle), GEOJSON: FeatureCollection},
            parameters=(BBOX, TYPE, SINCE, ID, limit("1000"), CURSOR, FORMAT),
            problems=(406,),
        ),
        Endpoint(
            path="/api/vehicles/near",
            handler=near,
            tag="vehicles",
            summary="Vehicles around a place, nearest first",
            answers={JSON: NearAnswer, GEOJSON: FeatureCollection},
            parameters=(LAT, LON, RADIUS_M, TYPE, limit("100"), FORMAT),
            problems=(406,),
        ),
        Endpoint(
            path="/api/vehicles/at",
            handler=at,
            tag="vehicles",
            summary="Where all vehicles were in one past minute",
            answers={JSON: PastVehicles, GEOJSON: PastFeatures},
            parameters=(TIME, FORMAT),
            problems=(406,),
        ),
        Endpoint(
            path="/api/vehicles/{vehicle_id}/track",
            handler=track,
            tag="vehicles",
            summary="Where one vehicle was",
            answers={JSON: TrackAnswer, GEOJSON: Feature},
            parameters=(FROM, TO, FORMAT),
            problems=(404, 406),
        ),
        Endpoint(
            path="/api/vehicles/{vehicle_id}",
            handler=vehicle,
            tag="vehicles",
            summary="One vehicle's position",
            answers={JSON: thing(Vehicle), GEOJSON: Feature},
            parameters=(FORMAT,),
            problems=(404, 406),
        ),
    ]


class NearVehicle(Vehicle, frozen=True):
    """A vehicle, and how far away it is."""

    distance_m: float


class NearAnswer(FreshList, kw_only=True):
    """Vehicles around a place, nearest first."""

    count: int
    total: int
    """In the circle."""
    vehicles: list[NearVehicle]


def _of_types(view: View[Position], types: frozenset[str] | None) -> Iterable[Entry[Position]]:
    return (entry for entry in view.all() if _is_of(entry, types))


def _is_of(entry: Entry[Position], types: frozenset[str] | None) -> bool:
    return types is None or (entry.value is not None and entry.value.vehicle_type in types)


def _feature(track: Track) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": track.vehicle_id,
        "geometry": geometry(track.points),
        "properties": track,
    }


def _page(view: View[Position], asked: VehicleQuery, media_type: str) -> Content:
    matching = [
        entry
        for entry in things.chosen(view, asked.ids)
        if entry.within(asked.bbox)
        and _is_of(entry, asked.types)
        and (asked.since_ms is None or (entry.time_ms or 0) >= asked.since_ms)
    ]
    shown, last = page(matching, things.key_of, asked.after, asked.limit)
    head = {
        "total": len(matching),
        "next_cursor": last and cursor(last),
        "as_of_median": answers.median_of(matching),
    }
    members = answers.collection(media_type, "vehicles", shown, NO_LINES, head)
    return answers.content(members, answers.freshness(view))
