"""The fold: records of one partition into states, by the log alone.

The invariant everything rests on: a state that carries offset o is the exact fold of every record of its
partition and key up to o. What is late, from the future, or a duplicate depends on nothing but the log
(event times, Kafka timestamps, order), so a replay decides as the live run did.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Generic, cast

import msgspec

from citystream.contracts.event_time import event_time_ms
from citystream.contracts.identity import identity_of
from citystream.fold.dead_letters import DeadLetter, explain
from citystream.fold.dedupe import SeenIds
from citystream.fold.reader import Reader
from citystream.fold.redaction import Redaction
from citystream.log.batches import Record
from citystream.service import E, Latest, Service, Stamp, Things, Windows

Single = Things[Any, Any] | Latest[Any]
View = Windows[Any, Any] | Single

# Things expire after hours: looking for them once a minute of event time costs nothing.
SWEEP_MS = 60_000

# Records of a chunk whose decoding is timed: one in so many, and no more than that.
SAMPLED_SHARE = 64
SAMPLED = 32


@dataclass(frozen=True, slots=True)
class TimeRules:
    """Event time, in milliseconds."""

    disorder_ms: int
    lateness_ms: int
    future_ms: int
    window_s: int | None = None
    """Instead of the service's own."""
    deduplicate: bool = True

    def window_of(self, view: Windows[Any, Any]) -> int:
        """Length of a view's windows, s."""
        return self.window_s or view.window_s


class Slot:
    """One state: of a key, in a window (`start_s` is 0 where there is none)."""

    __slots__ = ("key", "offset", "start_s", "state", "time_ms", "touched", "view")

    def __init__(self, view: View, key: str, start_s: int, state: Any) -> None:
        self.view = view
        self.key = key
        self.start_s = start_s
        self.state = state
        self.offset = -1
        """Highest offset folded, or skipped because it was in already."""
        self.time_ms = -1
        """Newest event time in it, each at most its Kafka time."""
        self.touched = False


class LatestState(msgspec.Struct, array_like=True):
    """The newest event of a thing, as readers get it."""

    offset: int
    value: dict[str, Any]
    place: tuple[float, float] | None


@dataclass(slots=True)
class Counters:
    """What became of the records."""

    folded: int = 0
    late: int = 0
    duplicates: int = 0
    refused: int = 0


@dataclass(slots=True)
class WindowSlots:
    """The open windows of one view: start -> key -> slot."""

    view: Windows[Any, Any]
    window_s: int
    by_start: dict[int, dict[str, Slot]] = field(default_factory=dict)
    touched: list[Slot] = field(default_factory=list)
    """Changed since they were last taken."""


class PartitionFold(Generic[E]):
    """One partition's states. Knows no Kafka, no clock and no sink."""

    def __init__(
        self, service: Service[E], rules: TimeRules, partition: int, redaction: Redaction | None = None
    ) -> None:
        """`redaction`: of dead letters, where they are sent; without it the service's own alone."""
        self.service = service
        self.partition = partition
        self.rules = rules
        self.next_offset = 0
        self.newest_ms = -1
        """Newest event time, each at most its Kafka time; the watermark stays `disorder_ms` behind it."""
        self.counters = Counters()
        self.letters: list[DeadLetter] = []
        self.windows = [WindowSlots(view, rules.window_of(view)) for view in service.windows]
        self.things: list[tuple[Things[E, Any], dict[str, Slot]]] = [(view, {}) for view in service.things]
        self.latest: list[tuple[Latest[E], dict[str, Slot]]] = [(view, {}) for view in service.latest]
        longest_s = max((slots.window_s for slots in self.windows), default=0)
        self.horizon_ms = longest_s * 1000 + rules.lateness_ms
        """A duplicate is known this long, in event time behind the watermark."""
        self.seen = SeenIds(self.horizon_ms)
        self.pruned_ids: list[int] = []
        self.reader = Reader(service.event, rules.future_ms, service.check)
        self._redaction = redaction
        self._identity = identity_of(service.event)
        self._touched: list[Slot] = []
        self._swept_ms = -1

    @property
    def watermark_ms(self) -> int:
        """Event time up to which the partition is complete, but for allowed lateness; -1 at first."""
        return self.newest_ms - self.rules.disorder_ms if self.newest_ms >= 0 else -1

    def fold(self, records: Sequence[Record]) -> None:
        """Fold consecutive records. Those below `next_offset` are in already and are passed over."""
        counters, read, identity = self.counters, self.reader.read, self._identity
        disorder_ms, lateness_ms, horizon_ms = self.rules.disorder_ms, self.rules.lateness_ms, self.horizon_ms
        next_offset, newest_ms, watermark_ms = self.next_offset, self.newest_ms, self.watermark_ms
        seen, deduplicate, partition = self.seen, self.rules.deduplicate, self.partition
        seen_add = seen.add
        windows = [
            (one, one.view.key, one.view.add, one.window_s, one.window_s * 1000) for one in self.windows
        ]
        singles, folded = bool(self.things or self.latest), 0
        for record in records:
            offset = record.offset
            if offset < next_offset:
                continue
            next_offset = offset + 1
            try:
                event, time_ms = read(record.value, kafka_ms := record.timestamp)
                # A clock that is ahead moves neither the watermark nor the time that is published.
                seen_ms = time_ms if time_ms < kafka_ms else kafka_ms
                if seen_ms > newest_ms:
                    newest_ms = seen_ms
                    watermark_ms = seen_ms - disorder_ms
                    if watermark_ms >= seen.prune_at_ms:
                        self.pruned_ids += seen.prune(watermark_ms)
                # Ids beyond the horizon are forgotten, and so are the windows that they could count in.
                if (
                    deduplicate
                    and time_ms + horizon_ms > watermark_ms
                    and (
                        not seen_add(identity(event, time_ms), time_ms)
                        or (seen.by_id is not None and seen.by_id.knows(event.event_id))
                    )
                ):
                    counters.duplicates += 1
                    continue
                folded += 1
                # A window ends after any event in it: of most events this is all that has to be asked.
                may_be_late = time_ms + lateness_ms <= watermark_ms
                for slots, key_of, add, window_s, window_ms in windows:
                    start_s = time_ms // window_ms * window_s
                    if may_be_late and start_s * 1000 + window_ms + lateness_ms <= watermark_ms:
                        counters.late += 1
                        continue
                    keys = slots.by_start.get(start_s)
                    if keys is None:
                        keys = slots.by_start[start_s] = {}
                    key = key_of(event)
                    slot = keys.get(key)
                    if slot is None:
                        slot = keys[key] = Slot(slots.view, key, start_s, slots.view.state())
                    if offset > slot.offset:
                        add(slot.state, event, seen_ms)
                        slot.offset = offset
                        if seen_ms > slot.time_ms:
                            slot.time_ms = seen_ms
                    if not slot.touched:
                        slot.touched = True
                        slots.touched.append(slot)
                if singles:
                    self._fold_singles(event, Stamp(seen_ms, partition, offset), watermark_ms)
            except Exception as error:  # whatever the bytes are, the worker goes on
                self._refuse(record, error)
        self.next_offset, self.newest_ms = next_offset, newest_ms
        counters.folded += folded

    def decode_seconds(self, records: Sequence[Record]) -> float:
        """How long decoding a chunk takes, estimated from a sample: a clock a record would cost more."""
        sample = records[: 1 + min(len(records) // SAMPLED_SHARE, SAMPLED)]
        decode, started = self.reader.decode, perf_counter()
        for record in sample:
            with suppress(Exception):
                event_time_ms(decode(record.value or b"").timestamp)
        return (perf_counter() - started) / len(sample) * len(records)

    def _fold_singles(self, event: E, stamp: Stamp, watermark_ms: int) -> None:
        time_ms, offset = stamp.time_ms, stamp.offset
        for things, slots in self.things:
            slot = self._slot(things, slots, things.key(event), time_ms, watermark_ms)
            if slot is not None and offset > slot.offset:
                if slot.state is None:
                    slot.state = things.state()
                things.add(slot.state, event, stamp)
                slot.offset = offset
                slot.time_ms = max(slot.time_ms, time_ms)
        for latest, slots in self.latest:
            slot = self._slot(latest, slots, latest.key(event), time_ms, watermark_ms)
            if slot is not None and offset > slot.offset:
                slot.offset = offset
                if time_ms >= slot.time_ms:
                    slot.time_ms = time_ms
                    # Kept as it came: what readers get is made once a publish, not once an event.
                    slot.state = (event, offset)

    def _slot(
        self, view: Single, slots: dict[str, Slot], key: str, time_ms: int, watermark_ms: int
    ) -> Slot | None:
        """The state that an event goes into; None of one that is too old to make one live."""
        slot, oldest_ms = slots.get(key), watermark_ms - view.ttl_s * 1000
        if slot is None or slot.time_ms < oldest_ms:
            if time_ms < oldest_ms:
                return None
            if slot is None:
                slot = slots[key] = Slot(view, key, 0, None)
            # It has expired, whether the table was swept since or not.
            slot.state, slot.time_ms = None, -1
        if not slot.touched:
            slot.touched = True
            self._touched.append(slot)
        return slot

    def _refuse(self, record: Record, error: Exception) -> None:
        if self._redaction is None:
            self._redaction = Redaction(self.service, ())
        redaction = self._redaction
        field, reason = (redaction.text(text) for text in explain(error))
        key, value = record.key and redaction(record.key), redaction(record.value or b"")
        self.counters.refused += 1
        self.letters.append(DeadLetter(record.offset, record.timestamp, field, reason, key, value))

    @property
    def touched(self) -> int:
        """How many states changed since `take_touched`."""
        return len(self._touched) + sum(len(slots.touched) for slots in self.windows)

    def take_touched(self, *, live_only: bool = False) -> list[Slot]:
        """The states changed since this was last asked; if so told, without windows that nobody watches."""
        touched, self._touched = self._touched, []
        for windows in self.windows:
            if windows.view.live or not live_only:
                touched += windows.touched
                windows.touched = []
        for slot in touched:
            slot.touched = False
        return touched

    def all_slots(self) -> Iterator[Slot]:
        """Every state there is."""
        for windows in self.windows:
            for keys in windows.by_start.values():
                yield from keys.values()
        for slots in self._singles():
            yield from slots.values()

    def adopt(self, slot: Slot) -> None:
        """Take a state back that the table kept."""
        for windows in self.windows:
            if windows.view is slot.view:
                windows.by_start.setdefault(slot.start_s, {})[slot.key] = slot
        for things, slots in self.things:
            if things is slot.view:
                slots[slot.key] = slot
        for latest, slots in self.latest:
            if latest is slot.view:
                slots[slot.key] = slot

    @property
    def has_expired(self) -> bool:
        """Whether the watermark has left any window behind for good."""
        return any(self._closed(windows) for windows in self.windows)

    def _closed(self, windows: WindowSlots) -> list[int]:
        bound_ms = self.watermark_ms - self.rules.lateness_ms
        return [start_s for start_s in windows.by_start if (start_s + windows.window_s) * 1000 <= bound_ms]

    def expire(self) -> list[Slot]:
        """Drop and return the states that the watermark has left behind for good."""
        watermark_ms = self.watermark_ms
        gone: list[Slot] = []
        for windows in self.windows:
            for start_s in self._closed(windows):
                gone += windows.by_start.pop(start_s).values()
        if watermark_ms - self._swept_ms < SWEEP_MS:
            return gone
        self._swept_ms = watermark_ms
        for slots in self._singles():
            old = [slot for slot in slots.values() if slot.time_ms + slot.view.ttl_s * 1000 < watermark_ms]
            for slot in old:
                del slots[slot.key]
            gone += old
        return gone

    def _singles(self) -> Iterator[dict[str, Slot]]:
        for _, slots in self.things:
            yield slots
        for _, slots in self.latest:
            yield slots


def latest_state(slot: Slot) -> LatestState:
    """What readers get of a `Latest` slot."""
    state, view = slot.state, slot.view
    if isinstance(state, LatestState) or not isinstance(view, Latest):
        return cast("LatestState", state)
    event, offset = state
    made = LatestState(offset, view.value(event, slot.time_ms), view.place(event) if view.place else None)
    slot.state = made
    return made
