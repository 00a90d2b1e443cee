"""What lines are about, as fields: those of what is being handled, and those that a line names itself."""

import logging
from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

from citystream.logs.ours import is_ours

HANDLED: ContextVar[Mapping[str, Any]] = ContextVar("handled", default=MappingProxyType({}))
"""Fields of every line that is written while something is handled, such as a request's id."""

UNTOLD = "untold"
"""Lines of the same kind since the last one, which were not written."""

_USUAL = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"})


def fields(record: logging.LogRecord) -> dict[str, Any]:
    """All of a line's: name -> value."""
    told = dict(HANDLED.get())
    # What libraries put beside a line is theirs to read.
    if is_ours(record.name):
        told |= {name: value for name, value in vars(record).items() if name not in _USUAL}
    elif UNTOLD in vars(record):
        told[UNTOLD] = vars(record)[UNTOLD]
    return told
