"""The kit's peers: services that fold what every peer folds, and the sketch of percentiles beside it.

`python -m bench.stream.kit plain worker --role stream` is a worker as every service's is.
"""

from collections.abc import Callable
from typing import Self, TypeVar

import click
import msgspec
from msgspec.structs import replace

from bench.stream.event import Measured
from bench.stream.job import WINDOW_S
from citystream.commands.service import command_line
from citystream.contracts.sketch import bucket, merge
from citystream.contracts.state import Summary, greatest, least
from citystream.contracts.traffic import WINDOWS
from citystream.service import Service, Windows


class SpeedWindow(msgspec.Struct, array_like=True):
    """Count, sum, least and greatest of one road's speeds, km/h."""

    readings: int = 0
    speed_sum: float = 0.0
    speed_min: float | None = None
    speed_max: float | None = None

    def merge(self, other: Self) -> Self:
        """The window of both parts."""
        return replace(
            self,
            readings=self.readings + other.readings,
            speed_sum=self.speed_sum + other.speed_sum,
            speed_min=least(self.speed_min, other.speed_min),
            speed_max=greatest(self.speed_max, other.speed_max),
        )

    def summary(self) -> Summary:
        """Its fields."""
        return msgspec.structs.asdict(self)


class SketchedWindow(SpeedWindow, array_like=True):
    """The same, and the sketch that percentiles are read from."""

    speed_buckets: dict[int, int] = msgspec.field(default_factory=dict)

    def merge(self, other: Self) -> Self:
        """The window of both parts."""
        return replace(super().merge(other), speed_buckets=merge(self.speed_buckets, other.speed_buckets))


def add(window: SpeedWindow, event: Measured, time_ms: int) -> None:
    """One more reading."""
    speed = event.speed_kmh
    window.readings += 1
    window.speed_sum += speed
    if window.speed_min is None or speed < window.speed_min:
        window.speed_min = speed
    if window.speed_max is None or speed > window.speed_max:
        window.speed_max = speed


def add_and_sketch(window: SketchedWindow, event: Measured, time_ms: int) -> None:
    """One more reading, and its speed into the sketch."""
    add(window, event, time_ms)
    buckets, number = window.speed_buckets, bucket(event.speed_kmh)
    buckets[number] = buckets.get(number, 0) + 1


W = TypeVar("W", bound=SpeedWindow)


def service(state: type[W], add_to: Callable[[W, Measured, int], None]) -> Service[Measured]:
    """A traffic service of these windows alone."""
    windows = Windows(
        name=WINDOWS,
        key=lambda event: event.road_id,
        state=state,
        add=add_to,
        window_s=WINDOW_S,
    )
    return Service(name="traffic", event=Measured, windows=(windows,))


PLAIN = service(SpeedWindow, add)
SKETCHED = service(SketchedWindow, add_and_sketch)

main = click.Group(commands={"plain": command_line(PLAIN), "sketched": command_line(SKETCHED)})

if __name__ == "__main__":
    main()
