"""NGSI-LD: entities of a type, and one by its id, as a context broker would answer."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gateway import answers, query
from gateway.city import City
from gateway.content import Content
from gateway.endpoint import JSON, Endpoint, Parameter
from gateway.problems import no_such
from gateway.standards import ngsi_ld
from gateway.standards.ngsi_ld import CORE, Entity, EntityType
from gateway.standards.ngsi_ld_query import (
    DEFAULT_LIMIT,
    HIGHEST_LIMIT,
    HIGHEST_OFFSET,
    EntityQuery,
    entity_query,
)
from gateway.view import Entry

PATH = "/api/ngsi-ld/v1/entities"
LD_JSON = "application/ld+json"
ENTITY = {
    "type": "object",
    "description": "An entity in normalized form; attributes as its Smart Data Model has them.",
    "required": ["id", "type"],
    "properties": {"id": {"type": "string", "format": "uri"}, "type": {"type": "string"}},
}
ENTITIES = {"type": "array", "items": ENTITY}
PARAMETERS = (
    Parameter("type", {"type": "string", "pattern": "^[^,]+$"}, "One type.", "Vehicle", required=True),
    Parameter(
        "limit",
        {"type": "integer", "minimum": 0, "maximum": HIGHEST_LIMIT},
        f"So many at most; {DEFAULT_LIMIT} if not given. 0 with `count=true` alone.",
        "100",
    ),
    Parameter(
        "offset",
        {"type": "integer", "minimum": 0, "maximum": HIGHEST_OFFSET},
        "So many are left out at the start.",
    ),
    Parameter("count", {"type": "boolean"}, "Whether `NGSILD-Results-Count` says how many there are in all."),
)


def endpoints(city: City) -> list[Endpoint]:
    """`/api/ngsi-ld`."""
    types = _types(city)

    async def entities(request: Request) -> Response:
        asked = entity_query(request.query_params, tuple(types))
        media_type = answers.chosen(request, JSON, LD_JSON)
        type_ = types.get(asked.type_)
        if type_ is None:
            return answers.answer(request, Content(b"[]"), media_type, *_count(asked, 0))
        answers.require_known(type_.view)
        all_ = type_.view.cached((LD_JSON, type_.name), type_.with_data)
        shown = all_[asked.offset : asked.offset + asked.limit]
        content = type_.view.cached(
            (media_type, type_.name, asked.offset, asked.limit),
            lambda: Content(msgspec.json.encode(_made(type_, shown, media_type))),
        )
        headers = (*_context(type_, media_type), *_pages(asked, len(all_)), *_count(asked, len(all_)))
        return answers.answer(request, content, media_type, *headers)

    async def entity(request: Request) -> Response:
        query.no_parameters(request.query_params)
        media_type = answers.chosen(request, JSON, LD_JSON)
        id_ = request.path_params["entity_id"]
        for type_ in types.values():
            for key in ngsi_ld.keys(type_.name, id_):
                answers.require_known(type_.view)
                entry = type_.view.get(key)
                for made in _made(type_, [entry] if entry else [], media_type):
                    content = Content(msgspec.json.encode(made))
                    return answers.answer(request, content, media_type, *_context(type_, media_type))
        raise no_such("entity_id", id_, f"{PATH}?type={next(iter(types))} lists entities of a type")

    return [
        Endpoint(
            path=PATH,
            handler=entities,
            tag="standards",
            summary="NGSI-LD entities of one type",
            answers={JSON: ENTITIES, LD_JSON: ENTITIES},
            parameters=PARAMETERS,
            problems=(406,),
        ),
        Endpoint(
            path=f"{PATH}/{{entity_id}}",
            handler=entity,
            tag="standards",
            summary="One NGSI-LD entity",
            answers={JSON: ENTITY, LD_JSON: ENTITY},
            parameters=(
                Parameter(
                    "entity_id", {"type": "string", "minLength": 1}, "URN.", "urn:ngsi-ld:Vehicle:bus-7"
                ),
            ),
            problems=(404, 406),
        ),
    ]


def _types(city: City) -> dict[str, EntityType[Any]]:
    roads = city.model.roads if city.model else {}
    names = {key: station.name for key, station in city.model.stations.items()} if city.model else {}
    flow = partial(ngsi_ld.traffic_flow, window_s=city.traffic.window_s, roads=roads)
    types: tuple[EntityType[Any], ...] = (
        EntityType("Vehicle", ngsi_ld.TRANSPORTATION, city.vehicles.view, ngsi_ld.vehicle),
        EntityType("TrafficFlowObserved", ngsi_ld.TRANSPORTATION, city.traffic.view, flow),
        EntityType(
            "WeatherObserved", ngsi_ld.WEATHER, city.weather.view, partial(ngsi_ld.weather, names=names)
        ),
    )
    return {type_.name: type_ for type_ in types}


def _made(type_: EntityType[Any], entries: Sequence[Entry[Any]], media_type: str) -> list[Entity]:
    entities = type_.entities(entries)
    if media_type == LD_JSON:
        return [{**entity, "@context": [type_.context, CORE]} for entity in entities]
    return entities


def _context(type_: EntityType[Any], media_type: str) -> list[tuple[bytes, bytes]]:
    """JSON names its context in a header, JSON-LD has it in itself."""
    if media_type == LD_JSON:
        return []
    rel = "http://www.w3.org/ns/json-ld#context"
    return [(b"link", f'<{type_.context}>; rel="{rel}"; type="{LD_JSON}"'.encode())]


def _pages(asked: EntityQuery, total: int) -> list[tuple[bytes, bytes]]:
    """Links to the pages around this one."""
    around = {"prev": asked.offset - asked.limit, "next": asked.offset + asked.limit}
    return [
        (b"link", f'<{PATH}?{_parameters(asked, max(0, offset))}>; rel="{rel}"'.encode())
        for rel, offset in around.items()
        if asked.limit and (asked.offset if rel == "prev" else offset < total)
    ]


def _parameters(asked: EntityQuery, offset: int) -> str:
    count = {"count": "true"} if asked.count else {}
    return urlencode({"type": asked.type_, "limit": asked.limit, "offset": offset, **count})


def _count(asked: EntityQuery, total: int) -> list[tuple[bytes, bytes]]:
    return [(b"ngsild-results-count", b"%d" % total)] if asked.count else []
