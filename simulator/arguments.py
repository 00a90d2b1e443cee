"""Types of command-line arguments, each with its reason when a value can't be used."""

from datetime import datetime
from typing import Any

import click

from simulator.misbehaviour import KINDS


class Misbehaviours(click.ParamType):
    """Comma-separated kinds."""

    name = "kinds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> frozenset[str]:
        """A set of kinds."""
        if isinstance(value, frozenset):
            return value
        kinds = frozenset(kind.strip() for kind in str(value).split(",") if kind.strip())
        unknown = sorted(kinds - set(KINDS))
        if unknown:
            self.fail(f"no {', '.join(unknown)}; there are {', '.join(KINDS)}", param, ctx)
        return kinds


class Moment(click.ParamType):
    """A moment in RFC 3339, as epoch milliseconds."""

    name = "rfc3339"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Epoch milliseconds."""
        if isinstance(value, int):
            return value
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a time like 2026-03-02T06:30:00Z", param, ctx)
        if moment.tzinfo is None:
            self.fail(f"{value!r} has no zone; write {value}Z for UTC", param, ctx)
        return round(moment.timestamp() * 1000)


class SpeedUp(click.ParamType):
    """Data time over real time, as in 60x; infinite is `max`."""

    name = "speed"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """A positive number."""
        if isinstance(value, float):
            return value
        if value == "max":
            return float("inf")
        try:
            speed_up = float(str(value).removesuffix("x"))
        except ValueError:
            speed_up = 0.0
        if not 0 < speed_up < float("inf"):
            self.fail(f"{value!r} is neither a positive number like 60x nor max", param, ctx)
        return speed_up
