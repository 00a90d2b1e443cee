"""Answers made of bytes that lie ready, with their freshness in front.

Every answer has `as_of` (event time of its newest event, RFC 3339), `age_ms` (how long ago that was) and
`source`: `speed`, or `last-known` while Redis is away.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from starlette.responses import Response

from citystream.contracts.views import rfc3339
from gateway.link import Link, now_ms
from gateway.problems import ProblemError
from gateway.view import Entry, View

RETRY_AFTER_S = 2


def freshness(link: Link, newest_ms: int | None) -> bytes:
    """The members that say how fresh an answer is, with a comma behind them."""
    if newest_ms is None:
        return b'"as_of":null,"age_ms":null,"source":"%b",' % link.source.encode()
    return b'"as_of":"%b","age_ms":%d,"source":"%b",' % (
        rfc3339(newest_ms).encode(),
        _age_ms(newest_ms),
        link.source.encode(),
    )


def answer(fresh: bytes, members: bytes) -> Response:
    """A JSON object: `freshness` and these members."""
    return Response(b"".join((b"{", fresh, members, b"}")), media_type="application/json")


def members(document: dict[str, Any]) -> bytes:
    """A document's members, without its braces."""
    return msgspec.json.encode(document)[1:-1]


def one(link: Link, entry: Entry[Any]) -> Response:
    """One thing."""
    return answer(freshness(link, entry.time_ms), entry.body[1:-1])


def listing(name: str, entries: Iterable[Entry[Any]]) -> bytes:
    """Members of a list of things."""
    bodies = [entry.body for entry in entries]
    return b'"count":%d,"%b":[%b]' % (len(bodies), name.encode(), b",".join(bodies))


def aged_listing(name: str, entries: Iterable[Entry[Any]]) -> bytes:
    """Members of a list of things, each with its own age."""
    bodies = [
        entry.body[:-1]
        + (b',"age_ms":null}' if entry.time_ms is None else b',"age_ms":%d}' % _age_ms(entry.time_ms))
        for entry in entries
    ]
    return b'"count":%d,"%b":[%b]' % (len(bodies), name.encode(), b",".join(bodies))


def require_known(*views: View[Any]) -> None:
    """Refuse to answer from nothing.

    Raises:
        ProblemError: 503 while a view was never loaded.
    """
    for view in views:
        if not view.known:
            raise ProblemError(
                503,
                f"{view.topic}: the speed layer has not been reached yet",
                remedy=f"try again in {RETRY_AFTER_S} s; /api/status says what is down",
                headers={"Retry-After": str(RETRY_AFTER_S)},
            )


def _age_ms(time_ms: int) -> int:
    # A sender's clock may be ahead of ours; nothing is younger than now.
    return max(0, now_ms() - time_ms)
