"""`city-<type> validate`: what the service would make of each line of a file. Needs no server."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import click

from citystream.fold.dead_letters import explain
from citystream.fold.reader import Reader
from citystream.service import Service
from citystream.settings import Settings

LONGEST_WORD = 40
VERDICTS = ("taken", "tolerated", "refused")


def validate_command(name: str, prepared: Callable[[], tuple[Service[Any], Settings]]) -> click.Command:
    """The command of one service; `prepared` completes it from settings."""

    @click.command(epilog=f"Example: city-{name} validate events.jsonl")
    @click.argument("file", type=click.File("rb"))
    def validate(file: Any) -> None:
        """Say what becomes of events, one JSON object a line; '-' reads standard input.

        Each line is taken, tolerated (in which form it is not clean), or refused (field and reason), as a
        worker would that got it now. Exit 1 if any is refused.
        """
        verdicts: Counter[str] = Counter()
        service, settings = prepared()
        reader = Reader(service.event, settings.future_ms, service.check)
        for line, verdict, why in judged(reader, file):
            click.echo(f"line {line}: {verdict}{why and f': {why}'}")
            verdicts[verdict] += 1
        click.echo(", ".join(f"{verdicts[verdict]} {verdict}" for verdict in VERDICTS))
        sys.exit(1 if verdicts["refused"] else 0)

    return validate


def judged(reader: Reader[Any], lines: Iterable[bytes]) -> Iterator[tuple[int, str, str]]:
    """Number of each line that is not blank, its verdict, and why it is not just taken."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            reader.read(line.rstrip(b"\r\n"), round(time.time() * 1000))
        except (ValueError, RecursionError) as error:
            field, reason = explain(error)
            yield number, "refused", f"{field}: {reason}"
            continue
        forms, words = reader.take_tolerated()
        named = [f"{field} {word[:LONGEST_WORD]!r} is in no list" for field, word in words]
        yield number, "tolerated" if forms else "taken", ", ".join([*sorted(forms), *named])
