"""What a replay is told to do, and what it did."""

from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Literal

import msgspec

from citystream.fold.fold import TimeRules
from citystream.replay.ranges import ReplayRange
from citystream.service import Service


@dataclass(frozen=True, slots=True)
class ReplayOrder:
    """What is to be replayed, and how."""

    range: ReplayRange
    source: Literal["kafka", "s3"] = "kafka"
    speed: float | None = None
    """Multiple of real time; None is as fast as it goes."""
    write: bool = True
    index: bool = True
    """Write to Elasticsearch too."""
    restart: bool = False
    """Forget where the same replay was interrupted."""

    @property
    def arguments(self) -> dict[str, str]:
        """What makes it another replay if it changes; the speed does not."""
        return {
            "from": str(self.range.start),
            "to": str(self.range.end),
            "source": self.source,
            "write": str(self.write),
            "index": str(self.index),
        }


class ReplayReport(msgspec.Struct):
    """What a replay did, all its parts before interruptions included."""

    records: int = 0
    folded: int = 0
    late: int = 0
    duplicates: int = 0
    refused: int = 0
    incomplete: int = 0
    """Windows that the range does not have whole; they are not written."""
    written: int = 0
    """Updates of states."""
    finished: bool = False
    """It was not interrupted."""


def settings_that_count(rules: TimeRules, service: Service[Any]) -> dict[str, str]:
    """What results depend on beside the log."""
    return {
        "CITY_DISORDER_S": f"{rules.disorder_ms / 1000:g}",
        "CITY_LATENESS_S": f"{rules.lateness_ms / 1000:g}",
        "CITY_FUTURE_S": f"{rules.future_ms / 1000:g}",
        "CITY_DEDUPLICATE": str(rules.deduplicate).lower(),
        **{f"windows of {view.name}, s": str(rules.window_of(view)) for view in service.windows},
        "version": version("citystream"),
    }
