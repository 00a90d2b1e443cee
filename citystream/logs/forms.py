"""The two forms of a line: text for people, and one JSON object for collectors."""

import json
import logging
import traceback
from typing import Any, Literal

import msgspec

from citystream.contracts.event_time import rfc3339
from citystream.logs.about import UNTOLD, fields

Form = Literal["text", "json"]


class TextForm(logging.Formatter):
    """A line to read; behind its message the ids that are in no message, and how many were not told."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s[%(process)d]: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        behind = (
            f" {name}={value}"
            for name, value in fields(record).items()
            if name.endswith("_id") or name == UNTOLD
        )
        return super().formatMessage(record) + "".join(behind)


class JsonForm(logging.Formatter):
    """One object and one line, whatever is in it."""

    def __init__(self, process: str, role: str | None = None) -> None:
        super().__init__()
        self._who = {"process": process} if role is None else {"process": process, "role": role}

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": rfc3339(int(record.created * 1000)),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **self._who,
            "pid": record.process,
            **fields(record),
        }
        if record.exc_info and record.exc_info[0]:
            trace = "".join(traceback.format_exception(*record.exc_info))
            line["error"] = {"type": record.exc_info[0].__name__, "traceback": trace}
        if record.stack_info:
            line["stack"] = record.stack_info
        try:
            return msgspec.json.encode(line, enc_hook=repr).decode()
        except UnicodeEncodeError:
            # Half of a surrogate pair, as in names of files that are not UTF-8.
            return json.dumps(line, default=repr)
