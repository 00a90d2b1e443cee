"""States that services publish and readers merge.

Every state is a commutative monoid: `X()` is its zero, `merge` its sum. A state covers one key, one
window and one partition; a reader merges the partitions' states and asks `summary` for the answer.
Sums are fixed-point integers (micro = 1e-6, milli = 1e-3 of the named unit), so results do not depend
on the order in which parts were added. States travel as msgpack arrays, in field order: append only.

A view's name stands in Redis keys and index names. Values of a `LATEST` view are msgpack maps of the
event's own fields without `event_id` and `timestamp`, plus `time_ms` (event time, epoch milliseconds).
"""

from collections.abc import Iterable
from functools import reduce
from typing import Any, Protocol, Self, TypeVar

MICRO = 1_000_000
MILLI = 1_000

Summary = dict[str, Any]
"""JSON-ready: str, int, float, None, and lists and dicts of them."""


class State(Protocol):
    """What the kit asks of a state. Its class, called without arguments, is the zero."""

    def merge(self, other: Self) -> Self:
        """The state of both parts."""
        ...

    def summary(self) -> Summary:
        """The answer a person asks for."""
        ...


S = TypeVar("S", bound=State)


def merged(states: Iterable[S]) -> S:
    """The sum of states, of which there is one at least."""
    return reduce(lambda left, right: left.merge(right), states)


def mean(total: int, count: int, scale: int) -> float | None:
    """Correctly rounded quotient of fixed-point sums; None of nothing."""
    return total / (count * scale) if count else None


def least(left: float | None, right: float | None) -> float | None:
    """The smaller of two, where None is nothing yet."""
    if left is None or right is None:
        return right if left is None else left
    return min(left, right)


def greatest(left: float | None, right: float | None) -> float | None:
    """The greater of two, where None is nothing yet."""
    if left is None or right is None:
        return right if left is None else left
    return max(left, right)
