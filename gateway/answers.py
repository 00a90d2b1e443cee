"""Answers made of bytes that lie ready, with their freshness behind.

Every answer has `as_of` (event time of its newest event, RFC 3339) and `source`: `speed`; while Redis is away
`batch`, where the archive has newer data than was last known, or `last-known`. A list of things also has
`as_of_median` (see `median_of`). Nothing in a body grows with time, so it is made once; how old its newest
event is now stands in the header `City-Age-Ms`.
"""

import asyncio
from collections.abc import Collection, Iterable
from functools import lru_cache
from statistics import median_low
from typing import Any, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from citystream.contracts.event_time import rfc3339
from gateway import content as contents
from gateway import geojson, negotiation, values
from gateway.content import Content
from gateway.endpoint import GEOJSON, JSON
from gateway.geojson import Lines
from gateway.link import Origin, combined, now_ms
from gateway.problems import ProblemError, unanswered
from gateway.view import Entry, View

CODINGS = tuple(contents.CODINGS)
KEPT = (
    (b"cache-control", b"private, no-cache"),
    # Of two users one may be told what the other is not.
    (b"vary", b"Accept, Accept-Encoding, Authorization, Cookie"),
)
"""A client may keep an answer, and asks before it shows it again."""


class Freshness(NamedTuple):
    """How fresh an answer is."""

    newest_ms: int | None
    """Event time of its newest event, epoch milliseconds."""
    source: Origin

    def members(self) -> bytes:
        """The members that say so."""
        as_of = b"null" if self.newest_ms is None else b'"%b"' % _moment(self.newest_ms).encode()
        return b'"as_of":%b,%b' % (as_of, self.source_member)

    @property
    def source_member(self) -> bytes:
        """The one that is left where the answer tells its `as_of` itself."""
        return b'"source":"%b"' % self.source.encode()


def freshness(*views: View[Any]) -> Freshness:
    """Of an answer made of whole views."""
    newest_ms = max((view.newest_ms for view in views if view.newest_ms is not None), default=None)
    return Freshness(newest_ms, combined([view.source for view in views]))


def median_of(entries: Iterable[Entry[Any]]) -> str | None:
    """`as_of_median`: event time in the middle of those that have data, RFC 3339; the earlier of two.

    One young thing makes `as_of` young; this tells of the rest.
    """
    times_ms = [entry.time_ms for entry in entries if entry.time_ms is not None]
    return rfc3339(median_low(times_ms)) if times_ms else None


class _Ready(Response):
    """An answer whose headers need no more work."""

    def __init__(self, body: bytes, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        self.body, self.status_code, self.background = body, status, None
        self.raw_headers = headers


def content(members: bytes, fresh: Freshness, *, dated: bool = False) -> Content:
    """A JSON object of these members and how fresh they are; `dated`: they tell `as_of` themselves."""
    told = fresh.source_member if dated else fresh.members()
    return Content(b"{%b,%b}" % (members, told), fresh.newest_ms)


def answer(
    request: Request,
    told: Content,
    media_type: str = JSON,
    *more: tuple[bytes, bytes],
    kept: tuple[tuple[bytes, bytes], ...] = KEPT,
) -> Response:
    """The whole of it; 304 if the client has it, packed if it takes that. `more` are further headers."""
    headers = [*more, (b"etag", told.tag.encode()), *kept]
    if told.newest_ms is not None:
        headers.append((b"city-age-ms", b"%d" % age_ms(told.newest_ms)))
    if negotiation.has(_header(request, b"if-none-match"), told.tag):
        return _Ready(b"", 304, headers)
    body = told.body
    if told.worth_packing:
        coding = _coding(request)
        if coding is not None:
            body = told.packed(coding)
            headers.append((b"content-encoding", coding.encode()))
    headers += ((b"content-type", media_type.encode()), (b"content-length", b"%d" % len(body)))
    return _Ready(body, 200, headers)


async def packed_aside(request: Request, told: Content) -> None:
    """Have it packed as the client takes it, in a thread: for what may be long."""
    coding = _coding(request)
    had = negotiation.has(_header(request, b"if-none-match"), told.tag)
    if coding is not None and told.worth_packing and not had:
        await asyncio.to_thread(told.packed, coding)


def document(request: Request, told: Any) -> Response:
    """A JSON document that says all of itself."""
    return answer(request, Content(msgspec.json.encode(told)))


def chosen(request: Request, *offers: str) -> str:
    """The media type that the client likes best; `format` comes before what its headers say.

    Raises:
        ProblemError: 406 if it takes none of them; 400 of a format that is none of them.
    """
    if b"format=" in request.scope["query_string"] and "format" in request.query_params:
        return values.media_type(request.query_params["format"], offers)
    best = negotiation.media_type(_header(request, b"accept"), offers)
    if best is None:
        raise ProblemError(
            406,
            "Accept: this route has nothing of that kind",
            field="Accept",
            remedy=f"accept {' or '.join(offers)}",
        )
    return best


def members(document: dict[str, Any] | msgspec.Struct) -> bytes:
    """A document's members, without its braces."""
    return msgspec.json.encode(document)[1:-1]


def collection(
    media_type: str, name: str, entries: Collection[Entry[Any]], lines: Lines, head: dict[str, Any]
) -> bytes:
    """Members of an answer that is a list: `head` and the things."""
    if media_type == GEOJSON:
        things = geojson.features(entries, lines)
    else:
        things = b'"%b":[%b]' % (name.encode(), b",".join(entry.body for entry in entries))
    return members({"count": len(entries), **head}) + b"," + things


def require_known(*views: View[Any]) -> None:
    """Refuse to answer from nothing.

    Raises:
        ProblemError: 503 while a view was never loaded.
    """
    for view in views:
        if not view.known:
            raise unanswered(f"{view.topic}: the speed layer has not been reached yet")


def age_ms(time_ms: int) -> int:
    """How long ago that was."""
    # A sender's clock may be ahead of ours; nothing is younger than now.
    return max(0, now_ms() - time_ms)


def _coding(request: Request) -> str | None:
    return negotiation.coding(_header(request, b"accept-encoding"), CODINGS)


def _header(request: Request, name: bytes) -> str:
    found = b""
    for key, value in request.scope["headers"]:
        if key == name:
            found = found + b"," + value if found else value
    return found.decode("latin-1")


# Until there is a newer event, all who ask are told the same time.
_moment = lru_cache(maxsize=1_024)(rfc3339)
