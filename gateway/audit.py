"""Who was refused what: one JSON line an event, on stderr, from the logger `gateway.audit`.

A line names a user by the id in the users file, never by name or address, and a route by its pattern. The
same event of the same user comes once a minute, and then with how often it was.
"""

import asyncio
import logging

import msgspec

from citystream.contracts.event_time import rfc3339
from gateway.link import now_ms

log = logging.getLogger("gateway.audit")

TOLD_EVERY_S = 60.0

_repeats: dict[tuple[str, tuple[tuple[str, str | None], ...]], int] = {}


def to_stderr() -> None:
    """Write lines that are JSON from the first character on, for a collector to pick."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    log.addHandler(handler)
    log.propagate = False


def note(event: str, **about: str | None) -> None:
    """It happened; told at once, or counted if it was told within the last minute."""
    key = event, tuple(about.items())
    if key in _repeats:
        _repeats[key] += 1
        return
    _repeats[key] = 0
    _write(key, 1)
    asyncio.get_running_loop().call_later(TOLD_EVERY_S, _tell_repeats, key)


def tell_all() -> None:
    """Tell what was only counted so far."""
    for key in list(_repeats):
        _tell_repeats(key)


def _tell_repeats(key: tuple[str, tuple[tuple[str, str | None], ...]]) -> None:
    repeats = _repeats.pop(key, 0)
    if repeats:
        _write(key, repeats)


def _write(key: tuple[str, tuple[tuple[str, str | None], ...]], count: int) -> None:
    event, about = key
    line = {"time": rfc3339(now_ms()), "event": event, **dict(about), "count": count}
    log.info("%s", msgspec.json.encode(line).decode())
