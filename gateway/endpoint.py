"""A REST endpoint: its path, what stands behind it, and what the API's description tells of it."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gateway.guard import require_role
from gateway.users import Role

JSON = "application/json"
GEOJSON = "application/geo+json"
CSV = "text/csv"
HTML = "text/html"
PARQUET = "application/vnd.apache.parquet"

Handler = Callable[[Request], Awaitable[Response]]
PLACE = re.compile(r"{(\w+)}")
"""Of an id in a path."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One that stands behind the question mark, or in the path where the path has its name."""

    name: str
    schema: Mapping[str, Any]
    """JSON Schema of the value."""
    description: str
    example: str | None = None
    required: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What another method than GET does."""

    handler: Handler
    summary: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    """As an endpoint's; none is a 204."""
    body: Any = None
    """Of the request, in JSON: a msgspec Struct type."""
    problems: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One path, asked with GET (and HEAD)."""

    path: str
    handler: Handler
    tag: str
    summary: str
    answers: Mapping[str, Any]
    """Media type -> what a 200 has: a msgspec Struct type, one of several in a tuple, or a JSON Schema."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """That a 200 may have beside the usual ones -> what they say."""
    tagged: bool = True
    """Whether answers have an entity tag, and a 304 for who has them already."""
    parameters: tuple[Parameter, ...] = ()
    problems: tuple[int, ...] = ()
    """Statuses of its own beyond those that every route may give (`openapi.USUAL_PROBLEMS`)."""
    changes: Mapping[str, Change] = field(default_factory=dict)
    """By method."""


def for_role(role: Role, handler: Handler) -> Handler:
    """The handler, for those who have this role or a higher one."""

    async def guarded(request: Request) -> Response:
        require_role(request, role)
        return await handler(request)

    return guarded
