"""The command line that every service has: `city-<type> worker | replay | schema | validate`."""

import asyncio
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import click
import msgspec

from citystream import schemas
from citystream import settings as settings_module
from citystream.contracts.events import event_time_ms
from citystream.deadletters import explain
from citystream.logs import configure_logging
from citystream.service import Service
from citystream.settings import Settings, SettingsError

MAX_PRINTED = 20


def load_settings() -> Settings:
    """Settings, or exit code 2 with what is wrong with them."""
    try:
        return settings_module.load()
    except SettingsError as error:
        raise click.UsageError(str(error)) from error


def command_line(
    service: Service[Any], prepare: Callable[[Settings], Service[Any]] | None = None
) -> click.Group:
    """The service's command.

    Args:
        prepare: completes the description from settings (a hash key, the city model), when a worker
            or a replay starts.
    """
    name = f"city-{service.name}"

    def prepared() -> tuple[Service[Any], Settings]:
        settings = load_settings()
        return (prepare(settings) if prepare else service), settings

    @click.group(help=f"The {service.name} service. Settings come from CITY_* in the environment.")
    def group() -> None: ...

    @group.command(epilog=f"Example: CITY_KAFKA=kafka:9092 {name} worker --role stream")
    @click.option(
        "--role",
        type=click.Choice(["all", "stream", "archive"]),
        default="all",
        show_default=True,
        help="stream folds events into windows; archive writes raw events to S3.",
    )
    def worker(role: Any) -> None:
        """Work until stopped (Ctrl-C or SIGTERM: drains and commits)."""
        from citystream.worker import run

        described, settings = prepared()
        sys.exit(run(described, settings, role))

    @group.command()
    def schema() -> None:
        """Print the event's JSON Schema."""
        click.echo(schemas.text(service.name, service.event), nl=False)

    @group.command(epilog=f"Example: {name} validate events.jsonl")
    @click.argument("file", type=click.File("rb"))
    def validate(file: Any) -> None:
        """Check events, one JSON object a line; '-' reads standard input. Exit 1 if any is refused."""
        good, bad = check_lines(service, file)
        for line, field, reason in bad[:MAX_PRINTED]:
            click.echo(f"line {line}: {field}: {reason}")
        if len(bad) > MAX_PRINTED:
            click.echo(f"... and {len(bad) - MAX_PRINTED} more")
        click.echo(f"{good} good, {len(bad)} refused")
        sys.exit(1 if bad else 0)

    @group.command(
        name="replay",
        epilog=f"Example: {name} replay --from 2026-11-01T00:00:00Z --to 2026-11-02T00:00:00Z --dry-run",
    )
    @click.option("--from", "start", type=RANGE, help="Kafka time (RFC 3339) or offset to start at.")
    @click.option("--to", "end", type=RANGE, help="Kafka time or offset to end before; default: now.")
    @click.option("--dry-run", is_flag=True, help="Fold and count, but write nothing.")
    def replay_command(start: Any, end: Any, dry_run: bool) -> None:
        """Fold a range of the topic again and write its whole windows; results replace equal ones."""
        from citystream.replay import ReplayError, ReplayRange, replay

        described, settings = prepared()
        configure_logging()
        try:
            report = asyncio.run(replay(described, settings, ReplayRange(start, end), write=not dry_run))
        except ReplayError as error:
            raise click.ClickException(str(error)) from error
        click.echo(msgspec.json.encode(report).decode())

    return group


def check_lines(service: Service[Any], lines: Any) -> tuple[int, list[tuple[int, str, str]]]:
    """Decode events, one a line; the good ones' count, and line, field and reason of each refused."""
    decode = msgspec.json.Decoder(service.event).decode
    good, bad = 0, []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            event_time_ms(decode(line).timestamp)
            good += 1
        except (ValueError, RecursionError) as error:
            bad.append((number, *explain(error)))
    return good, bad


class _RangeType(click.ParamType):
    """An offset, or a Kafka time in epoch milliseconds as `datetime`."""

    name = "time|offset"

    def convert(self, value: Any, param: Any, ctx: Any) -> int | datetime:
        if isinstance(value, int | datetime):
            return value
        if value.isdigit():
            return int(value)
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is neither an offset nor RFC 3339", param, ctx)
        if at.tzinfo is None:
            self.fail(f"{value!r} has no zone; add Z for UTC", param, ctx)
        return at


RANGE = _RangeType()
