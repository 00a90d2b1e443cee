"""From a path to its endpoint: looked up, for trying each route costs more than most answers."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote_to_bytes

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.endpoint import PLACE, Endpoint, Handler
from gateway.problems import not_for_this_route

READING = frozenset({"GET", "HEAD"})


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


class Endpoints:
    """All endpoints as one application: a path that is spelled out, else the one that spells out most of it.

    What is not HTTP is another application's, and a path that no endpoint has is a file's.
    """

    def __init__(self, endpoints: Iterable[Endpoint], files: Handler, others: ASGIApp) -> None:
        self._files = files
        self._others = others
        self._spelled_out = {one.path: one for one in endpoints if "{" not in one.path}
        self._with_ids: dict[bytes, list[_WithIds]] = {}
        for one in sorted(endpoints, key=lambda one: -len(PLACE.sub("", one.path))):
            if "{" in one.path:
                self._with_ids.setdefault(_beginning(one.path.encode()), []).append(_WithIds(one))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._others(scope, receive, send)
            return
        endpoint = self._found(scope)
        handler = _handler(endpoint, scope["method"]) if endpoint else self._files
        response = await handler(Request(scope, receive, send))
        await response(scope, receive, send)

    def _found(self, scope: Scope) -> Endpoint | None:
        """The endpoint of a path, which is noted with its ids."""
        endpoint = self._spelled_out.get(scope["path"])
        if endpoint is not None:
            scope["route"], scope["path_params"] = endpoint, {}
            return endpoint
        raw_path = scope["raw_path"]
        for one in self._with_ids.get(_beginning(raw_path), ()):
            ids = one.ids(raw_path)
            if ids is not None:
                scope["route"], scope["path_params"] = one.endpoint, ids
                return one.endpoint
        return None


def _handler(endpoint: Endpoint, method: str) -> Handler:
    if method in READING:
        return endpoint.handler
    change = endpoint.changes.get(method)
    if change is None:
        raise not_for_this_route(method, ", ".join(sorted({*READING, *endpoint.changes})))
    return change.handler


def _beginning(path: bytes) -> bytes:
    """Its first two segments: no id stands in them."""
    return b"/".join(path.split(b"/", 3)[:3])
