"""What is known and learned of one road."""

from collections import deque
from collections.abc import Sequence
from typing import Self

import msgspec

from citystream.contracts.forecast import HORIZONS_MIN, OUTAGE_MS, Ahead, RoadForecast
from services.traffic.forecast.daily_profile import DailyProfile
from services.traffic.forecast.features import LAGS, NAMES, Moment, of_profile, shared
from services.traffic.forecast.lead import Lead, LeadState, Scored
from services.traffic.forecast.recursive_least_squares import RecursiveLeastSquares

OUTLIER_KMH = 4.0
"""A change this far from what was expected begins to count less."""
REMEMBERED = max(LAGS) + 1
"""Speeds; the newest is one of them."""

Models = list[RecursiveLeastSquares]
"""One a horizon."""


class RoadState(msgspec.Struct, frozen=True, array_like=True):
    """All but the models."""

    last_read_ms: int
    lags: list[float]
    profile: tuple[bytes, bytes]
    leads: list[LeadState]


class Road:
    """A road that was read at least once.

    Between readings its lags hold the last speed, and after an outage they begin anew: a jump over hours is
    no change that a model should see.
    """

    def __init__(self, id_: str, models: Models) -> None:
        self.id = id_
        self.last_read_ms = 0
        self.lags: deque[float] = deque(maxlen=REMEMBERED)
        self.leads = [Lead(model) for model in models]
        self.profile = DailyProfile()

    @property
    def waits(self) -> bool:
        """Whether a forecast's window is still to come."""
        return any(lead.waits for lead in self.leads)

    @property
    def models(self) -> Models:
        """Its own ones."""
        return [lead.model for lead in self.leads]

    def live(self, now_ms: int) -> bool:
        """Whether its last reading is new enough to forecast from."""
        return now_ms - self.last_read_ms <= OUTAGE_MS

    def settle(self, end_ms: int, speed_kmh: float | None) -> list[Scored | None]:
        """By horizon, the forecasts of the window that has closed, scored; then they are learned from."""
        return [lead.settle(end_ms, speed_kmh) for lead in self.leads]

    def observe(self, moment: Moment, speed_kmh: float | None) -> None:
        """Take in what was read of the window that has closed."""
        if speed_kmh is not None:
            if not self.live(moment.end_ms):
                self.lags.extend([speed_kmh] * REMEMBERED)
            self.last_read_ms = moment.end_ms
            self.profile.learn(moment.now, speed_kmh)
            self.lags.append(speed_kmh)
        elif self.live(moment.end_ms):
            self.lags.append(self.lags[-1])

    def forecast(
        self,
        moment: Moment,
        neighbours: Sequence["Road | None"],
        incidents: tuple[float, float],
        pooled: Models,
    ) -> RoadForecast:
        """What is expected of it, or why nothing is."""
        last_kmh = self.lags[-1]
        if not self.live(moment.end_ms):
            return RoadForecast(self.id, moment.end_ms, last_kmh, self.last_read_ms, reason="outage")
        near = [road.lags if road and road.live(moment.end_ms) else None for road in neighbours]
        common = shared(moment, self.lags, near, incidents)
        ahead = []
        for minutes, lead, slot, pool in zip(HORIZONS_MIN, self.leads, moment.ahead, pooled, strict=True):
            x = common + of_profile(self.profile, last_kmh, moment.now, slot)
            told = lead.tell(x, last_kmh, pool, moment.end_ms + minutes * 60_000)
            ahead.append(Ahead(minutes, told.speed, told.low, told.high))
        return RoadForecast(self.id, moment.end_ms, last_kmh, self.last_read_ms, tuple(ahead))

    def state(self) -> RoadState:
        """What `restore` goes on from, with the models."""
        return RoadState(
            self.last_read_ms,
            list(self.lags),
            self.profile.state(),
            [lead.state() for lead in self.leads],
        )

    def restore(self, state: RoadState) -> Self:
        """Go on from a state."""
        self.last_read_ms = state.last_read_ms
        self.lags.extend(state.lags)
        self.profile.restore(*state.profile)
        for lead, of_lead in zip(self.leads, state.leads, strict=True):
            lead.restore(of_lead)
        return self


def new_models(forgetting: float) -> Models:
    """Models that know nothing."""
    return [RecursiveLeastSquares(len(NAMES), forgetting, OUTLIER_KMH) for _ in HORIZONS_MIN]
