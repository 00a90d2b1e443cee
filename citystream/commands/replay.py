"""`city-<type> replay`."""

import asyncio
import re
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import click
import msgspec

from citystream.commands.times import TimeType
from citystream.logs.setup import configure_logging, say
from citystream.replay.ranges import Bound, ReplayError, ReplayRange
from citystream.service import Service
from citystream.settings import Settings

_SPEED = re.compile(r"(\d+(?:\.\d+)?)x")


class RangeType(TimeType):
    """An offset, or a Kafka time."""

    name = "time|offset"
    what = "neither an offset nor RFC 3339"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        if isinstance(value, int):
            return value
        if isinstance(value, str) and value.isdecimal():
            return int(value)
        return super().convert(value, param, ctx)


class SpeedType(click.ParamType):
    """A multiple of real time; None is as fast as it goes."""

    name = "1x|10x|max"

    def convert(self, value: Any, param: Any, ctx: Any) -> float | None:
        if value is None or isinstance(value, float) or value == "max":
            return None if value == "max" else value
        found = _SPEED.fullmatch(value)
        if not found or not float(found[1]):
            self.fail(f"{value!r} is neither a multiple of real time, like 1x or 10x, nor max", param, ctx)
        return float(found[1])


def replay_command(name: str, prepared: Callable[[], tuple[Service[Any], Settings]]) -> click.Command:
    """The command of the service `name`; `prepared` gives its description and settings."""

    @click.command(
        "replay",
        epilog=f"\b\nExamples:\n  city-{name} replay --dry-run\n"
        f"  city-{name} replay --from 2026-11-01T00:00:00Z --to 2026-11-02T00:00:00Z --source s3\n"
        f"  city-{name} replay --from 120000 --speed 10x",
    )
    @click.option("--from", "start", type=RangeType(), help="Kafka time (RFC 3339) or offset to start at.")
    @click.option("--to", "end", type=RangeType(), help="Kafka time or offset to end before; default: now.")
    @click.option(
        "--source",
        type=click.Choice(["kafka", "s3"]),
        default="kafka",
        show_default=True,
        help="The log, or the archive of it.",
    )
    @click.option(
        "--speed",
        type=SpeedType(),
        default="max",
        show_default=True,
        help="As the events arrived, so many times faster, or as fast as it goes.",
    )
    @click.option("--dry-run", is_flag=True, help="Fold and count, but write nothing.")
    @click.option("--no-index", is_flag=True, help="Write to Redis only, not to Elasticsearch.")
    @click.option("--restart", is_flag=True, help="Begin anew where the same replay was interrupted.")
    def command(
        start: Bound,
        end: Bound,
        source: Any,
        speed: float | None,
        dry_run: bool,
        no_index: bool,
        restart: bool,
    ) -> None:
        """Fold a range again and write its whole windows; results replace older and equal ones.

        An interrupted replay goes on where it was when the same command is run again.
        """
        from citystream.replay.order import ReplayOrder
        from citystream.replay.progress import ReplayProgress
        from citystream.replay.run import replay_until_signalled

        if _reversed(start, end):
            raise click.UsageError("--to must be after --from")
        order = ReplayOrder(
            ReplayRange(start, end),
            source=source,
            speed=speed,
            write=not dry_run,
            index=not no_index,
            restart=restart,
        )
        service, settings = prepared()
        configure_logging(settings.log, name, "replay")
        with ReplayProgress(f"replay {name}") as progress:
            try:
                report = asyncio.run(replay_until_signalled(service, settings, order, progress))
            except ReplayError as error:
                raise click.ClickException(str(error)) from error
        click.echo(msgspec.json.encode(report).decode())
        if not report.finished:
            say("interrupted; the same command goes on from here")
            sys.exit(1)

    return command


def _reversed(start: Bound, end: Bound) -> bool:
    if isinstance(start, int) and isinstance(end, int):
        return start >= end
    return isinstance(start, datetime) and isinstance(end, datetime) and start >= end
