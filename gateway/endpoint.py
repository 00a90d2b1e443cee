"""A REST endpoint: its path, what stands behind it, and what the API's description tells of it."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from gateway.guard import require_role
from gateway.users import Role

JSON = "application/json"
GEOJSON = "application/geo+json"

Handler = Callable[[Request], Awaitable[Response]]
_PLACE = re.compile(r"{(\w+)}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One that stands behind the question mark, or in the path where the path has its name."""

    name: str
    schema: Mapping[str, Any]
    """JSON Schema of the value."""
    description: str
    example: str | None = None
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One path, asked with GET (and HEAD)."""

    path: str
    handler: Handler
    tag: str
    summary: str
    answers: Mapping[str, Any]
    """Media type -> what a 200 has: a msgspec Struct type, or a JSON Schema."""
    tagged: bool = True
    """Whether answers have an entity tag, and a 304 for who has them already."""
    parameters: tuple[Parameter, ...] = ()
    role: Role = Role.VIEWER
    """The lowest that may ask."""
    problems: tuple[int, ...] = ()
    """Statuses of its own beyond those that every route may give (`openapi.USUAL_PROBLEMS`)."""

    def route(self) -> Route:
        """For the router."""
        handler = self.handler if self.role is Role.VIEWER else _only(self.role, self.handler)
        return _Route(self.path, handler)


def _only(role: Role, handler: Handler) -> Handler:
    async def guarded(request: Request) -> Response:
        require_role(request, role)
        return await handler(request)

    return guarded


class _Route(Route):
    """Matches the path as it came: an encoded slash is a part of an id, and so is a bare one, as long as no
    other route has more of the path (see `in_order`)."""

    def __init__(self, path: str, handler: Handler) -> None:
        super().__init__(path, handler, methods=["GET"])
        parts = _PLACE.split(path)
        self._start = parts[0].encode()
        self._names = parts[1::2]
        self._raw = re.compile(b"(.+)".join(re.escape(part.encode()) for part in parts[::2]), re.DOTALL)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or not self._names:
            return super().matches(scope)
        raw_path = scope["raw_path"]
        # Most of the routes that stand before the right one begin otherwise.
        found = raw_path.startswith(self._start) and self._raw.fullmatch(raw_path)
        if not found:
            return Match.NONE, {}
        ids = (unquote_to_bytes(part).decode(errors="replace") for part in found.groups())
        told = {
            "endpoint": self.endpoint,
            "path_params": {**scope.get("path_params", {}), **dict(zip(self._names, ids, strict=True))},
            "route": self,
        }
        return (Match.FULL if scope["method"] in (self.methods or ()) else Match.PARTIAL), told


def in_order(endpoints: Iterable[Endpoint]) -> list[Endpoint]:
    """As the router shall try them: paths that are spelled out, then those that spell out most."""
    return sorted(endpoints, key=lambda one: ("{" in one.path, -len(_PLACE.sub("", one.path))))
