"""A time on a command line."""

from datetime import datetime
from typing import Any

import click


class TimeType(click.ParamType):
    """RFC 3339 with a zone, as `datetime`."""

    name = "time"
    what = "not RFC 3339"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        if isinstance(value, datetime):
            return value
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is {self.what} (2026-11-01T00:00:00Z)", param, ctx)
        if at.tzinfo is None:
            self.fail(f"{value!r} has no zone; add Z for UTC", param, ctx)
        return at
