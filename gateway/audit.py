"""Who did what, and was refused what: one JSON line each, on stderr, from the logger `gateway.audit`.

A line names the account and its role, and a route by its pattern; never an address, a password, or a name
that no account has, for it may be a password in the wrong field. The same of the same user comes once a
minute, and then with how often it was.
"""

import asyncio
import logging

import msgspec

from citystream.contracts.event_time import rfc3339
from gateway.link import now_ms
from gateway.users import User

log = logging.getLogger("gateway.audit")

TOLD_EVERY_S = 60.0

_Line = tuple[tuple[str, str | None], ...]

_repeats: dict[_Line, int] = {}


def to_stderr() -> None:
    """Write lines that are JSON from the first character on, for a collector to pick."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    log.addHandler(handler)
    log.propagate = False


def note(what: str, result: str, user: User | None, **about: str) -> None:
    """It happened; told at once, or counted if it was told within the last minute."""
    who = {"user": user.name, "role": user.role.value} if user else {"user": None, "role": None}
    line: _Line = tuple({"what": what, "result": result, **who, **about}.items())
    if line in _repeats:
        _repeats[line] += 1
        return
    _repeats[line] = 0
    _write(line, 1)
    asyncio.get_running_loop().call_later(TOLD_EVERY_S, _tell_repeats, line)


def tell_all() -> None:
    """Tell what was only counted so far."""
    for key in list(_repeats):
        _tell_repeats(key)


def _tell_repeats(line: _Line) -> None:
    repeats = _repeats.pop(line, 0)
    if repeats:
        _write(line, repeats)


def _write(line: _Line, count: int) -> None:
    told = {"time": rfc3339(now_ms()), **dict(line), "count": count}
    log.info("%s", msgspec.json.encode(told).decode())
