"""A REST endpoint: its path, what stands behind it, and what the API's description tells of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from gateway.guard import require_role
from gateway.users import Role

JSON = "application/json"
GEOJSON = "application/geo+json"

Handler = Callable[[Request], Awaitable[Response]]


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
    """Tells a path of another route by its beginning: most of the routes that stand before the right one."""

    def __init__(self, path: str, handler: Handler) -> None:
        super().__init__(path, handler, methods=["GET"])
        self._start = path.partition("{")[0]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] == "http" and not scope["path"].startswith(self._start):
            return Match.NONE, {}
        return super().matches(scope)
