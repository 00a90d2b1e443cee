"""Why a window differs: what the stream dropped of it, and what it counted twice.

An explanation is exact or none: with what was dropped the speed layer's window has the batch layer's
metrics, or each partition has just so much more as events of other partitions, sent twice, are.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import reduce
from typing import NamedTuple

from batch.reconcile.comparing import Difference
from batch.reconcile.drops import Added, Dropped
from batch.reconcile.metrics import Vector, minus, plus

MOST_STEPS = 20_000
"""In the search for events that were counted twice: of a window with many of them nobody knows."""


class Why(NamedTuple):
    """What of each metric is why a window differs."""

    late: Vector
    identity: Vector
    duplicates: Vector
    twice: int = 0
    """Events that were counted twice."""


def by_drops(one: Difference, drops: Sequence[Dropped]) -> Why | None:
    """Whether what was dropped, or may have been, is all of the difference."""
    for gone in _tries(drops):
        if plus(one.speed_total, _total(one, (drop.event for drop in gone))) == one.batch:
            return _why(one, gone, {})
    return None


def by_duplicates(
    one: Difference, drops: Sequence[Dropped], events: Sequence[Added], most: int
) -> Why | None:
    """Whether some of the window's events, in several partitions, are what was not dropped of it.

    Args:
        events: all of the window that the batch layer has.
        most: so many were sent twice.
    """
    for gone in (*_tries(drops), ()):
        dropped = {drop.event.place for drop in gone}
        kept: dict[int, Vector] = defaultdict(lambda: _total(one, ()))
        for event in events:
            if event.place not in dropped:
                kept[event.place[0]] = plus(kept[event.place[0]], event.adds)
        excess = {
            number: minus(one.speed.get(number, _total(one, ())), kept[number])
            for number in {*kept, *one.speed}
        }
        twice = 0
        for number, more in excess.items():
            others = [event.adds for event in events if event.place[0] != number]
            found = chosen(more, others, most - twice)
            if found is None:
                break
            twice += found
        else:
            return _why(one, gone, excess, twice)
    return None


def _tries(drops: Sequence[Dropped]) -> Iterable[Sequence[Dropped]]:
    """What is sure to be dropped; if there is more that may have been, that too."""
    sure = [drop for drop in drops if drop.sure]
    return [some for some in (sure, drops if len(drops) > len(sure) else ()) if some]


def _why(one: Difference, gone: Sequence[Dropped], excess: dict[int, Vector], twice: int = 0) -> Why:
    late = _total(one, (drop.event for drop in gone if not drop.identity))
    identity = _total(one, (drop.event for drop in gone if drop.identity))
    return Why(late, identity, reduce(plus, excess.values(), _total(one, ())), twice)


def _total(one: Difference, events: Iterable[Added]) -> Vector:
    return reduce(plus, (event.adds for event in events), (0,) * len(one.batch))


def chosen(total: Vector, parts: Sequence[Vector], most: int) -> int | None:
    """How many parts, each once, make the total; None where no `most` of them do, or it takes too long."""
    # What may be below zero, such as a temperature, can't tell that too much was taken.
    growing = [number for number in range(len(total)) if all(part[number] >= 0 for part in parts)]
    steps = MOST_STEPS

    def search(rest: Vector, first: int, taken: int) -> int | None:
        nonlocal steps
        if not any(rest):
            return taken
        if taken == most:
            return None
        for at in range(first, len(parts)):
            steps -= 1
            if steps < 0:
                return None
            left = minus(rest, parts[at])
            if all(left[number] >= 0 for number in growing):
                found = search(left, at + 1, taken + 1)
                if found is not None:
                    return found
        return None

    return search(total, 0, 0)
