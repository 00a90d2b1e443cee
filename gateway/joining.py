"""Which layer answers for a window: the batch layer for a closed day, the speed layer for the rest."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from citystream.contracts.state import State, merged

Source = Literal["speed", "batch"]

S = TypeVar("S", bound=State)
K = TypeVar("K")


class Known(NamedTuple, Generic[S]):
    """What is known of one window, or of several together."""

    state: S
    source: Source
    """`batch` where at least a part is the batch layer's."""
    live: bool
    """Whether Redis has a part of it."""


def recent(speed: Mapping[int, S], folded: Mapping[int, S]) -> Known[S]:
    """A window of which Redis has some partitions' parts, and what was folded of the archive some.

    Redis has the newer of a part; a part that it lost comes out of the archive.
    """
    whole = folded.keys() <= speed.keys()
    return Known(merged({**folded, **speed}.values()), "speed" if whole else "batch", bool(speed))


def joined(
    speed: Mapping[K, Known[S]], days: Mapping[K, S], closed: Callable[[K], bool]
) -> dict[K, Known[S]]:
    """Windows by their start, or one window's keys, of both layers.

    A closed one is as the days' views have it: of what they lack there was no event. Of the others the speed
    layer knows more; what it lost is as far known as the views have it.
    """
    found: dict[K, Known[S]] = {}
    for key in {*speed, *days}:
        if key in days and (key not in speed or closed(key)):
            found[key] = Known(days[key], "batch", live=False)
        elif key in speed and not closed(key):
            found[key] = speed[key]
    return found


def summed(known: Collection[Known[S]]) -> Known[S]:
    """Several together, of which there is one at least."""
    return Known(merged(one.state for one in known), source_of(known), live=any(one.live for one in known))


def source_of(known: Collection[Known[Any]]) -> Source:
    """`batch` if any of them is."""
    return "batch" if any(one.source == "batch" for one in known) else "speed"
