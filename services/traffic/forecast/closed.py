"""What a forecaster is given: five minutes of the whole city that are over."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else is known of the city at the end of a window; None where nobody says."""

    precipitation_mm_h: float | None = None
    """mean over stations"""
    visibility_m: float | None = None
    """least over stations"""
    incidents: Mapping[str, int] = field(default_factory=dict)
    """road -> worst severity (1 to 5) of what is going on there"""


@dataclass(frozen=True, slots=True)
class ClosedWindow:
    """One closed window; they come in order, and none is left out, also those without any reading.

    But when a day and more has none, an hour of them is told and the next is the first that has any.
    """

    end_ms: int
    """epoch milliseconds, a multiple of `STEP_S`"""
    speeds_kmh: Mapping[str, float]
    """road -> mean speed; a road without a reading with a speed is missing. 0 is real: vehicles stand."""
    surroundings: Surroundings = Surroundings()
