"""Who did what, and was refused what: one JSON line each, on stderr, from the logger `gateway.audit`.

A line names the account and its role, and a route by its pattern; never an address, a password, or a name
that no account has, for it may be a password in the wrong field. The same of the same user comes once a
minute, and then with how often it was, and the request that was the first of those.
"""

import asyncio
import logging
from dataclasses import dataclass

from citystream.logs.setup import for_collectors
from gateway import request_id
from gateway.users import User

log = logging.getLogger("gateway.audit")

TOLD_EVERY_S = 60.0

_Line = tuple[tuple[str, str | None], ...]


@dataclass(slots=True)
class _Repeats:
    count: int = 0
    first: str | None = None
    """Id of the request."""


_repeats: dict[_Line, _Repeats] = {}


def to_stderr() -> None:
    """Write lines that are JSON from the first character on, for a collector to pick."""
    for_collectors(log)


def note(what: str, result: str, user: User | None, **about: str) -> None:
    """It happened; told at once, or counted if it was told within the last minute."""
    who = {"user": user.name, "role": user.role.value} if user else {"user": None, "role": None}
    line: _Line = tuple({"what": what, "result": result, **who, **about}.items())
    asked_by, repeats = request_id.current(), _repeats.get(line)
    if repeats:
        repeats.first = repeats.first if repeats.count else asked_by
        repeats.count += 1
        return
    _repeats[line] = _Repeats()
    _write(line, 1, asked_by)
    asyncio.get_running_loop().call_later(TOLD_EVERY_S, _tell_repeats, line)


def tell_all() -> None:
    """Tell what was only counted so far."""
    for key in list(_repeats):
        _tell_repeats(key)


def _tell_repeats(line: _Line) -> None:
    repeats = _repeats.pop(line, None)
    if repeats and repeats.count:
        _write(line, repeats.count, repeats.first)


def _write(line: _Line, count: int, asked_by: str | None) -> None:
    told = dict(line)
    asked = {request_id.NAME: asked_by} if asked_by else {}
    log.info("%s %s", told["what"], told["result"], extra={**told, "count": count, **asked})
