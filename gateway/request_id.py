"""Ids of requests: what a client, an answer, a problem document and log lines name the same request by."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from citystream.logs.about import HANDLED

NAME = "request_id"
HEADER = b"x-request-id"

_GIVEN = re.compile(rb"[A-Za-z0-9._-]{1,64}")


def begin(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The id that came with a request, if it may be one, else a new one; from here on it is being handled."""
    one = _given(headers) or _new()
    # Never reset: each request has a task of its own, whose last line, of a fault, the server writes.
    HANDLED.set({NAME: one})
    return one


@contextmanager
def of_nobody() -> Iterator[str]:
    """A new id, for what is answered before anyone handles it."""
    one = _new()
    token = HANDLED.set({NAME: one})
    try:
        yield one
    finally:
        HANDLED.reset(token)


def current() -> str | None:
    """Of the request that is being handled; None outside of any."""
    return HANDLED.get().get(NAME)


def _given(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    for name, value in headers:
        if name == HEADER:
            return value.decode() if _GIVEN.fullmatch(value) else None
    return None


def _new() -> str:
    return os.urandom(16).hex()
