"""A process of its own that folds the archive: in the gateway's own it would hold up answers."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from citystream.children import begin_child
from citystream.logs.setup import configure_logging
from citystream.settings import Settings

if TYPE_CHECKING:
    from citystream.replay.archived_windows import ArchivedWindows, Found


class Wanted(NamedTuple):
    """What is wanted of one type's archive."""

    type_: str
    hours: int
    """How far back its objects are read, in Kafka's time."""
    states: frozenset[str]
    """Views whose newest states are wanted."""
    windows: frozenset[str] = frozenset()
    """Views whose closed windows are wanted."""


class Folding:
    """What the process keeps between two looks."""

    types: ClassVar[dict[str, "ArchivedWindows"]]


def begin(settings: Settings, wanted: Sequence[Wanted]) -> None:
    """Called once, when the process starts."""
    # Faust and pyarrow, which the gateway's own process has no use for.
    from citystream.installed import installed_service
    from citystream.replay.archived_windows import ArchivedWindows
    from citystream.stream import time_rules

    begin_child()
    configure_logging(settings.log, "gateway", "archive")
    rules = time_rules(settings)
    Folding.types = {
        one.type_: ArchivedWindows(
            installed_service(one.type_, settings), rules, settings, one.hours, one.windows, one.states
        )
        for one in wanted
    }


def look(type_: str) -> "Found | None":
    """Fold what is new in one type's archive."""
    return asyncio.run(Folding.types[type_].look())
