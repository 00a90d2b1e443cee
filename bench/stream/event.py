"""The event that all peers read: a traffic reading that has its speed."""

from citystream.contracts.event import SpeedKmh
from citystream.contracts.traffic import Traffic


class Measured(Traffic, frozen=True, gc=False, kw_only=True):
    """One of `bench.readings`."""

    speed_kmh: SpeedKmh
