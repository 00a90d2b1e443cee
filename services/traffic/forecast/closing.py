"""When five minutes of the whole city are over: read off the changelogs of all partitions, as one log.

The traffic service writes what it knows of a window, then how far its partition is. So a partition's
windows are final here with the first such word that lies beyond their end; what comes later changes the
live picture and the batch layer, but no forecast.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from citystream.contracts.forecast import STEP_S
from citystream.contracts.redis_keys import DAY_S
from citystream.contracts.state import MICRO
from citystream.contracts.traffic import TrafficWindow
from citystream.fold.rows import FACTS_KEY, VERSION_BYTES, facts_of, window_of, window_state
from citystream.log.batches import Record
from citystream.service import Windows

STEP_MS = STEP_S * 1000
SILENT_MS = 2 * STEP_MS
"""A partition that wrote nothing for so long, by Kafka time, holds nobody up."""
GAP_MS = DAY_S * 1000
"""A longer time without any window is left out,"""
GAP_STEPS = 13
"""but for its first steps: after them nothing is awaited any more."""

_decoder = msgspec.msgpack.Decoder(TrafficWindow)


class Tally(msgspec.Struct, array_like=True):
    """The speeds that one road told."""

    speeds: int = 0
    speed_sum: int = 0
    """micro km/h"""
    counted: bool = False
    """Whether vehicles were counted: a mean of 0 is then real."""
    version: bytes = b""
    """of the row that it is of"""

    def add(self, other: "Tally") -> None:
        self.speeds += other.speeds
        self.speed_sum += other.speed_sum
        self.counted = self.counted or other.counted

    @property
    def mean_kmh(self) -> float | None:
        """None where nothing was told; in data without counts 0 stands for that."""
        if not self.speeds or (not self.speed_sum and not self.counted):
            return None
        return self.speed_sum / (self.speeds * MICRO)


class PartitionWindows(msgspec.Struct, array_like=True):
    """One partition of the traffic service, as far as its changelog was read."""

    time_ms: int = -1
    """Kafka time of the last record"""
    version: bytes = b""
    """of the last word of how far it is"""
    watermark_ms: int = -1
    open: dict[int, dict[str, Tally]] = msgspec.field(default_factory=dict)
    """start of the service's own window (epoch s) -> road"""
    closed: dict[int, dict[str, Tally]] = msgspec.field(default_factory=dict)
    """end of five minutes (epoch ms) -> road"""

    def passed(self, end_ms: int) -> bool:
        return self.watermark_ms >= end_ms

    def silent(self, now_ms: int) -> bool:
        return self.time_ms + SILENT_MS < now_ms

    def window(self, start_s: int, road: str, tally: Tally) -> None:
        """A newer state of a window."""
        if self.passed(_end_ms(start_s)):
            return
        roads = self.open.setdefault(start_s, {})
        if road not in roads or roads[road].version <= tally.version:
            roads[road] = tally

    def advance(self, watermark_ms: int) -> None:
        """Close what lies behind the watermark."""
        self.watermark_ms = max(watermark_ms, self.watermark_ms)
        for start_s in [start_s for start_s in self.open if self.passed(_end_ms(start_s))]:
            roads = self.closed.setdefault(_end_ms(start_s), {})
            for road, tally in self.open.pop(start_s).items():
                roads.setdefault(road, Tally()).add(tally)


class CityWindows:
    """All partitions: says which five minutes are over, in order, and what speeds they had."""

    def __init__(self, view: Windows[Any, Any], disorder_ms: int) -> None:
        self._view = view
        self._disorder_ms = disorder_ms
        self.parts: dict[int, PartitionWindows] = {}
        self.stepped_ms = -1
        """End of the last five minutes that were told of."""
        self.blank = 0
        """So many in a row had no speed at all."""

    def take(self, partition: int, time_ms: int, record: Record) -> None:
        """One record of a partition's changelog; `time_ms` is its Kafka time."""
        part = self.parts.setdefault(partition, PartitionWindows())
        part.time_ms = time_ms
        if record.key is None or record.value is None:
            return
        version = record.value[:VERSION_BYTES]
        if record.key == FACTS_KEY:
            # An older word is that of a worker which slept and is not the owner any more.
            if version >= part.version:
                part.version = version
                part.advance(facts_of(record.value).newest_ms - self._disorder_ms)
            return
        place = window_of(record.key, self._view)
        if place:
            state = window_state(record.value, _decoder)
            counted = state.readings > state.without_count
            part.window(*place, Tally(state.speeds, state.speed_sum, counted, version))

    def over(self, now_ms: int) -> Iterator[tuple[int, Mapping[str, float]]]:
        """End (epoch ms) and mean speeds (road -> km/h) of what is over at a Kafka time, oldest first."""
        while (end_ms := self._next(now_ms)) is not None:
            speeds = self._speeds(end_ms)
            self.stepped_ms = end_ms
            self.blank = 0 if speeds else self.blank + 1
            yield end_ms, speeds

    def _next(self, now_ms: int) -> int | None:
        parts = self.parts.values()
        end_ms: int | None = self.stepped_ms + STEP_MS
        newest_ms = max((part.watermark_ms for part in parts), default=-1)
        lasting = newest_ms - self.stepped_ms > GAP_MS and self.blank >= GAP_STEPS
        if self.stepped_ms < 0 or lasting:
            told = (at for part in parts for at in part.closed if at > self.stepped_ms)
            end_ms = min(told, default=None)
        if end_ms is None or newest_ms < end_ms:
            return None
        held = any(not part.passed(end_ms) and not part.silent(now_ms) for part in parts)
        return None if held else end_ms

    def _speeds(self, end_ms: int) -> Mapping[str, float]:
        roads: dict[str, Tally] = {}
        for _, part in sorted(self.parts.items()):
            for road, tally in part.closed.get(end_ms, {}).items():
                roads.setdefault(road, Tally()).add(tally)
            # Of a partition that was not waited for, older ones too.
            part.closed = {at: closed for at, closed in part.closed.items() if at > end_ms}
        means = {road: tally.mean_kmh for road, tally in sorted(roads.items())}
        return {road: mean for road, mean in means.items() if mean is not None}


def _end_ms(start_s: int) -> int:
    """End of the five minutes that a window lies in."""
    return (start_s // STEP_S + 1) * STEP_MS
