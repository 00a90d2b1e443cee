"""From a path to its endpoint: looked up, for trying each route costs more than most answers."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote_to_bytes

from starlette.requests import Request
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketClose

from gateway.endpoint import PLACE, Endpoint
from gateway.problems import no_route, not_for_this_route

METHODS = frozenset({"GET", "HEAD"})


class _WithIds:
    """A path with ids in it, matched as it came: an encoded slash is a part of an id, as is a bare one."""

    def __init__(self, endpoint: Endpoint) -> None:
        parts = PLACE.split(endpoint.path)
        self.endpoint = endpoint
        self._names = parts[1::2]
        self._raw = re.compile(b"(.+)".join(re.escape(part.encode()) for part in parts[::2]), re.DOTALL)

    def ids(self, raw_path: bytes) -> Mapping[str, str] | None:
        """The ids in a path; None if it is another's."""
        found = self._raw.fullmatch(raw_path)
        if found is None:
            return None
        values = (unquote_to_bytes(part).decode(errors="replace") for part in found.groups())
        return dict(zip(self._names, values, strict=True))


class Endpoints(BaseRoute):
    """All endpoints as one route: a path that is spelled out, else the one that spells out most of it."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self.endpoints = tuple(endpoints)
        self._spelled_out = {one.path: one for one in self.endpoints if "{" not in one.path}
        self._with_ids: dict[bytes, list[_WithIds]] = {}
        longest_first = sorted(self.endpoints, key=lambda one: -len(PLACE.sub("", one.path)))
        for one in longest_first:
            if "{" in one.path:
                self._with_ids.setdefault(_beginning(one.path.encode()), []).append(_WithIds(one))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http":
            return Match.NONE, {}
        endpoint, ids = self._spelled_out.get(scope["path"]), {}
        if endpoint is None:
            raw_path = scope["raw_path"]
            for one in self._with_ids.get(_beginning(raw_path), ()):
                found = one.ids(raw_path)
                if found is not None:
                    endpoint, ids = one.endpoint, dict(found)
                    break
            else:
                return Match.NONE, {}
        return Match.FULL, {"route": endpoint, "path_params": ids}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in METHODS:
            raise not_for_this_route(scope["method"], ", ".join(sorted(METHODS)))
        response = await scope["route"].handler(Request(scope, receive, send))
        await response(scope, receive, send)


def _beginning(path: bytes) -> bytes:
    """Its first two segments: no id stands in them."""
    return b"/".join(path.split(b"/", 3)[:3])


async def nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    """What no route has."""
    if scope["type"] == "websocket":
        await WebSocketClose()(scope, receive, send)
        return
    raise no_route(scope["path"])
