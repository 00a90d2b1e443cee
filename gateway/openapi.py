"""The API's description: an OpenAPI 3.1 document of the endpoints."""

import re
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

import msgspec

from gateway.endpoint import JSON, PLACE, Change, Endpoint, Parameter
from gateway.problems import MEDIA_TYPE

USUAL_PROBLEMS = (400, 401, 403, 413, 414, 429, 431, 500, 503)
"""What any route may answer."""

DESCRIPTION = """\
The live city over REST. Every route wants basic authentication, or a browser's session, and is asked with
GET; `/api/session` begins and ends one. Errors are
`application/problem+json` (RFC 9457), with the field and the remedy. Where a route takes a `limit`, its
list is paged: `next_cursor` asks for the page after it. Answers from the views have `as_of` and `source`:
`speed`, or `batch` or `last-known` while the speed layer is away; lists have `as_of_median` too. The header
`City-Age-Ms` says how old `as_of` is. A vehicle, station or camera is `stale` when it lies far behind its
topic's newest event, a forecast when it lies far behind traffic's; null without
data. `/ws/live` has the same data as a stream."""

_REFERENCE = "#/components/schemas/{name}"

_REQUEST_ID: Mapping[str, Any] = {
    "X-Request-Id": {
        "schema": {"type": "string"},
        "description": "The request's, in log lines too: the client's own, or a new one.",
    }
}
_RETRY_AFTER = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}
_HEADERS: Mapping[int, Mapping[str, Any]] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    429: _RETRY_AFTER,
    503: _RETRY_AFTER,
}


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What went wrong, and what to do about it."""

    type: str
    title: str
    status: int
    detail: str
    remedy: str
    field: str | msgspec.UnsetType = msgspec.UNSET
    """The parameter or header that can't be used."""
    request_id: str | msgspec.UnsetType = msgspec.UNSET
    """As in the header `X-Request-Id`; log lines have it too."""


def document(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """The whole description, ready for JSON."""
    schemas = _Schemas(endpoints)
    changes = [change for one in endpoints for change in one.changes.values()]
    own = [*(one.problems for one in endpoints), *(one.problems for one in changes)]
    statuses = {*USUAL_PROBLEMS, *(status for problems in own for status in problems)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "City gateway", "version": version("citystream"), "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "security": [{"basic": []}, {"session": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(endpoint.tag for endpoint in endpoints)],
        "paths": {endpoint.path: _operations(endpoint, schemas) for endpoint in endpoints},
        "components": {
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic"},
                "session": {"type": "apiKey", "in": "cookie", "name": "city-session"},
            },
            "schemas": schemas.components,
            "responses": {str(status): _problem(status) for status in sorted(statuses)},
        },
    }


class _Schemas:
    """Schemas by what endpoints declare."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        endpoints = list(endpoints)
        changes = [change for one in endpoints for change in one.changes.values()]
        described = [
            *(answer for one in endpoints for answer in one.answers.values()),
            *(answer for one in changes for answer in one.answers.values()),
            *(one.body for one in changes),
        ]
        declared = [one for told in described for one in (told if isinstance(told, tuple) else [told])]
        types = list(dict.fromkeys([Problem, *(one for one in declared if isinstance(one, type))]))
        references, self.components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
        self._references = dict(zip(types, references, strict=True))
        _say_what_items_are(self.components)

    def of(self, declared: Any) -> Mapping[str, Any]:
        if isinstance(declared, tuple):
            return {"anyOf": [self._references[one] for one in declared]}
        return self._references[declared] if isinstance(declared, type) else declared


def _say_what_items_are(schema: Any) -> None:
    """A tuple has no more items than are told of: `items: false`, which client generators can't read.

    `maxItems` says so too; so `items` may tell what those are that there are.
    """
    if isinstance(schema, list):
        for one in schema:
            _say_what_items_are(one)
    elif isinstance(schema, dict):
        if schema.get("items") is False:
            schema["items"] = {"type": schema["prefixItems"][0]["type"]}
        for one in schema.values():
            _say_what_items_are(one)


def _operations(endpoint: Endpoint, schemas: _Schemas) -> dict[str, Any]:
    changes = {
        method.lower(): _change(endpoint.path, method.lower(), change, endpoint.tag, schemas)
        for method, change in endpoint.changes.items()
    }
    return {"get": _operation(endpoint, schemas), **changes}


def _change(path: str, method: str, change: Change, tag: str, schemas: _Schemas) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation_id(path, method),
        "tags": [tag],
        "summary": change.summary,
        "responses": {**_good(change, schemas), **_problems(change.problems)},
    }
    if change.body is not None:
        told["requestBody"] = {"required": True, "content": {JSON: {"schema": schemas.of(change.body)}}}
        # It is how one comes to have what the others ask for.
        told["security"] = []
    return told


def _good(told: Endpoint | Change, schemas: _Schemas) -> dict[str, Any]:
    content = {media: {"schema": schemas.of(declared)} for media, declared in told.answers.items()}
    description = told.summary + "."
    return (
        {"200": {"description": description, "headers": dict(_REQUEST_ID), "content": content}}
        if content
        else {"204": {"description": description, "headers": dict(_REQUEST_ID)}}
    )


def _problems(own: Iterable[int]) -> dict[str, Any]:
    return {
        str(status): {"$ref": f"#/components/responses/{status}"}
        for status in sorted({*USUAL_PROBLEMS, *own})
    }


def _operation(endpoint: Endpoint, schemas: _Schemas) -> dict[str, Any]:
    answers = _good(endpoint, schemas)
    if endpoint.tagged:
        answers["200"]["headers"] |= {
            "ETag": {"schema": {"type": "string"}},
            "City-Age-Ms": {"schema": {"type": "integer"}, "description": "How old `as_of` is."},
            **{
                name: {"schema": {"type": "string"}, "description": says}
                for name, says in endpoint.headers.items()
            },
        }
        answers["304"] = {"description": "The client has it already: `If-None-Match` names its `ETag`."}
    answers |= _problems(endpoint.problems)
    return {
        "operationId": operation_id(endpoint.path, "get"),
        "tags": [endpoint.tag],
        "summary": endpoint.summary,
        "parameters": _parameters(endpoint),
        "responses": answers,
    }


def operation_id(path: str, method: str) -> str:
    """A name that can be one of a function: `/api/traffic/live/{road_id}` is `get_traffic_live_road_id`."""
    words = re.findall(r"[a-z0-9]+", path.removeprefix("/api").lower())
    return "_".join([method, *words])


def _parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    in_path = PLACE.findall(endpoint.path)
    described = {one.name: one for one in endpoint.parameters}
    ids = [described.get(name, Parameter(name, {"type": "string", "minLength": 1}, "")) for name in in_path]
    rest = [one for one in endpoint.parameters if one.name not in in_path]
    return [_parameter(one, "path") for one in ids] + [_parameter(one, "query") for one in rest]


def _parameter(parameter: Parameter, where: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": parameter.name,
        "in": where,
        "required": where == "path" or parameter.required,
        "schema": parameter.schema,
    }
    if parameter.description:
        told["description"] = parameter.description
    if parameter.example is not None:
        told["example"] = parameter.example
    return told


def _problem(status: int) -> dict[str, Any]:
    return {
        "description": HTTPStatus(status).phrase,
        "headers": {**_REQUEST_ID, **_HEADERS.get(status, {})},
        "content": {MEDIA_TYPE: {"schema": {"$ref": _REFERENCE.format(name="Problem")}}},
    }
