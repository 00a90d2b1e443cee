"""Windows of both layers held against each other, and each metric's sums."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import NamedTuple

from batch.reconcile.batch_layer import WindowId
from batch.reconcile.metrics import Vector, minus, plus

MOST_KEPT = 100_000
"""Windows that differ, to be explained: of more the speed layer as a whole is wrong."""
MOST_LISTED = 1_000
"""Windows of a type that are published one by one."""


class Difference(NamedTuple):
    """A window of which the layers say different things."""

    batch: Vector
    speed: Mapping[int, Vector]
    """By partition."""

    @property
    def speed_total(self) -> Vector:
        """Of all partitions."""
        return reduce(plus, self.speed.values())


@dataclass
class Count:
    """What became of the windows in which one metric differs."""

    differing: int = 0
    late: int = 0
    identity: int = 0
    duplicates: int = 0
    unexplained: int = 0
    drift: int = 0
    """Of those without an explanation, how far the layers are apart."""


@dataclass
class Comparison:
    """One view's, of a day."""

    metrics: tuple[str, ...]
    windows: int = 0
    """In both; one that lacks an event lacks all of it where that was its only one."""
    missing: int = 0
    """The speed layer lost them, or a part of them."""
    lost: list[WindowId] = field(default_factory=list)
    """The first of these."""
    differing: dict[WindowId, Difference] = field(default_factory=dict)
    """Those that may be explained."""
    lacking: dict[WindowId, Difference] = field(default_factory=dict)
    """Those that the speed layer lost, or of which it dropped every event."""
    unexplained_windows: int = 0
    counts: list[Count] = field(default_factory=list)
    """A metric each, as the sums."""
    speed_sum: Vector = ()
    batch_sum: Vector = ()
    batch_size: Vector = ()
    """Of what the batch layer has without its sign."""

    def __post_init__(self) -> None:
        self.counts = [Count() for _ in self.metrics]
        self.speed_sum = self.batch_sum = self.batch_size = self.zero

    @property
    def zero(self) -> Vector:
        """Of a window without events."""
        return (0,) * len(self.metrics)

    def take(
        self, place: WindowId, batch: Vector | None, speed: Mapping[int, Vector], *, whole: bool
    ) -> None:
        """One window.

        Args:
            batch: None of one that the speed layer alone has.
            speed: by partition.
            whole: whether the speed layer says that it has all of it.
        """
        one = Difference(self.zero if batch is None else batch, speed or {0: self.zero})
        differs = one.speed_total != one.batch
        if not speed and whole and len(self.lacking) < MOST_KEPT:
            self.lacking[place] = one
        elif not speed or (differs and not whole):
            self.miss(place)
        else:
            self.count(one)
            if differs and len(self.differing) < MOST_KEPT:
                self.differing[place] = one
            elif differs:
                self.unexplained(one)

    def miss(self, place: WindowId) -> None:
        """A window that the speed layer lost."""
        self.missing += 1
        if len(self.lost) < MOST_LISTED:
            self.lost.append(place)

    def count(self, one: Difference) -> None:
        """A window that both have."""
        self.windows += 1
        self.speed_sum = plus(self.speed_sum, one.speed_total)
        self.batch_sum = plus(self.batch_sum, one.batch)
        self.batch_size = plus(self.batch_size, tuple(map(abs, one.batch)))
        for count, apart in zip(self.counts, minus(one.speed_total, one.batch), strict=True):
            count.differing += apart != 0

    def unexplained(self, one: Difference) -> None:
        """A window that differs, and nothing says why."""
        self.unexplained_windows += 1
        for count, apart in zip(self.counts, minus(one.speed_total, one.batch), strict=True):
            count.unexplained += apart != 0
            count.drift += abs(apart)

    def explained(self, one: Difference, late: Vector, identity: Vector, duplicates: Vector) -> None:
        """A window that differs, and what of each metric is why."""
        apart = minus(one.speed_total, one.batch)
        for number, count in enumerate(self.counts):
            if apart[number]:
                count.late += late[number] != 0
                count.identity += identity[number] != 0
                count.duplicates += duplicates[number] != 0

    def drift_pct(self, number: int) -> float | None:
        """Of a metric; None without windows."""
        if not self.windows:
            return None
        drift, size = self.counts[number].drift, self.batch_size[number]
        return 100.0 * drift / size if size else 100.0 * bool(drift)
