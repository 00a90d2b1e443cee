"""`city-<type> dlq list | show | resubmit`."""

import asyncio
import heapq
import re
import sys
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, TypeVar

import click
import msgspec

from citystream.commands.times import TimeType
from citystream.dlq import resubmit as again
from citystream.dlq.letters import DeadLetterError, Letter, Wanted, escaped
from citystream.dlq.log import DeadLetterLog, Place, dead_letter_log
from citystream.logs.setup import configure_logging, say
from citystream.service import Service
from citystream.settings import Settings

T = TypeVar("T")
Prepared = Callable[[], tuple[Service[Any], Settings]]

MAX_PRINTED = 20
_ORIGIN = re.compile(r".+-\d+-\d+")


class OriginType(click.ParamType):
    """Where a refused record stood: `<topic>-<partition>-<offset>`."""

    name = "origin"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        if not _ORIGIN.fullmatch(value):
            self.fail(f"{value!r} is no <topic>-<partition>-<offset>; dlq list shows them", param, ctx)
        return str(value)


field_option = click.option("--field", help="Only those refused for this field; $ is the whole event.")
since_option = click.option(
    "--since", type=TimeType(), help="Only those that came to Kafka at this time or later (RFC 3339)."
)


def dead_letter_commands(name: str, prepared: Prepared) -> click.Group:
    """The commands of the service `name`; `prepared` gives its description and settings."""

    @click.group("dlq")
    def group() -> None:
        """Dead letters: events that were refused, with field and reason."""

    @group.command(
        "list",
        epilog=f"\b\nExamples:\n  city-{name} dlq list\n"
        f"  city-{name} dlq list --field timestamp --since 2026-11-23T00:00:00Z --json",
    )
    @field_option
    @since_option
    @click.option(
        "--limit", type=click.IntRange(0), default=50, show_default=True, help="The youngest; 0 is all."
    )
    @click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
    def list_command(field: str | None, since: datetime | None, limit: int, as_json: bool) -> None:
        """List dead letters, the youngest first: origin, time, bytes, field and reason."""
        _, settings = prepared()
        letters, total = _run(settings, name, _list(settings, name, Wanted(field, since), limit))
        if as_json:
            for letter in letters:
                click.echo(msgspec.json.encode(letter.facts()).decode())
        else:
            _table(letters)
        if total > len(letters):
            say(f"{len(letters)} of {total}; --limit 0 shows all")

    @group.command(epilog=f"Example: city-{name} dlq show city.{name}-0-1234")
    @click.argument("origin", type=OriginType())
    def show(origin: str) -> None:
        """Print one dead letter: its headers, an empty line, its bytes; what is not printable is escaped.

        The bytes are a sender's own, and may hold what not everybody may see.
        """
        _, settings = prepared()
        letter = _run(settings, name, _show(settings, name, origin))
        for header, raw in letter.headers:
            click.echo(f"{header}: {escaped(raw)}")
        click.echo()
        click.echo(escaped(letter.value))

    @group.command(
        epilog=f"\b\nExamples:\n  city-{name} dlq resubmit city.{name}-0-1234 city.{name}-3-77\n"
        f"  city-{name} dlq resubmit --all --field speed_kmh",
    )
    @click.argument("origins", type=OriginType(), nargs=-1, metavar="[ORIGIN]...")
    @click.option("--all", "all_", is_flag=True, help="All that the other options let pass.")
    @field_option
    @since_option
    @click.option("--limit", type=click.IntRange(1), help="At most so many, the oldest.")
    def resubmit(
        origins: tuple[str, ...], all_: bool, field: str | None, since: datetime | None, limit: int | None
    ) -> None:
        """Send dead letters to their topic again, once a fault of schema or deployment is mended.

        Those still invalid stay, and so do those that were cut; the exit code is 1 then. An old event
        may come late for its window: it is archived, counted as late, and left to the batch layer.
        """
        if bool(origins) == all_:
            raise click.UsageError("name dead letters (dlq list shows them), or give --all")
        if origins and (field or since or limit):
            raise click.UsageError("--field, --since and --limit go with --all")
        service, settings = prepared()
        wanted = Wanted(field, since, frozenset(origins) if origins else None)
        result = _run(settings, name, _resubmit(service, settings, wanted, limit))
        for origin, at_field, reason in result.kept[:MAX_PRINTED]:
            click.echo(f"stays: {origin}: {escaped(f'{at_field}: {reason}'.encode())}")
        if len(result.kept) > MAX_PRINTED:
            click.echo(f"... and {len(result.kept) - MAX_PRINTED} more")
        click.echo(f"{result.sent} sent, {len(result.kept)} stay")
        sys.exit(1 if result.kept else 0)

    return group


def _run(settings: Settings, name: str, work: Coroutine[Any, Any, T]) -> T:
    configure_logging(settings.log, name, "dlq")
    try:
        return asyncio.run(work)
    except DeadLetterError as error:
        raise click.ClickException(str(error)) from error


async def _list(settings: Settings, name: str, wanted: Wanted, limit: int) -> tuple[list[Letter], int]:
    """The youngest letters, and how many there are in all."""
    async with dead_letter_log(settings, name) as log:
        places = (await log.find(wanted)).values()
        if log.foreign:
            say(f"{log.foreign} records are no dead letters of ours, and passed over")
        youngest = heapq.nlargest(limit or len(places), places)
        found = {place: letter async for place, letter in log.read(youngest)}
    return [found[place] for place in sorted(found, reverse=True)], len(places)


async def _show(settings: Settings, name: str, origin: str) -> Letter:
    async with dead_letter_log(settings, name) as log:
        async for _, letter in log.read(await _places(log, name, [origin])):
            return letter
    raise DeadLetterError(f"{origin} went away while it was read")


async def _resubmit(
    service: Service[Any], settings: Settings, wanted: Wanted, limit: int | None
) -> again.Resubmission:
    async with dead_letter_log(settings, service.name) as log:
        if wanted.origins:
            places = await _places(log, service.name, sorted(wanted.origins))
        else:
            places = sorted((await log.find(wanted)).values())[:limit]
        return await again.resubmit(service, settings, log, places)


async def _places(log: DeadLetterLog, name: str, origins: list[str]) -> list[Place]:
    places = await log.find(Wanted(origins=frozenset(origins)))
    missing = [origin for origin in origins if origin not in places]
    if missing:
        raise DeadLetterError(
            f"no dead letter {', '.join(missing)}: city-{name} dlq list --limit 0 shows those that stand; "
            "one that was sent again no longer does"
        )
    return list(places.values())


def _table(letters: list[Letter]) -> None:
    """Columns as wide as they need to be."""
    rows = [("ORIGIN", "TIME", "BYTES", "FIELD", "REASON")]
    for one in letters:
        size = f"{one.length} (cut)" if one.cut else str(one.length)
        rows.append((one.origin, one.time, size, escaped(one.field.encode()), escaped(one.reason.encode())))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        click.echo("  ".join([*cells, row[4]]).replace("\n", "\\n"))
