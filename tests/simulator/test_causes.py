"""What slows the roads down does so by as much as docs/simulator.md says."""

from random import Random
from statistics import mean

import pytest

from citystream.contracts.city_model import CityModel
from simulator import day
from simulator.congestion import Congestion
from simulator.network import Network
from simulator.rain import Rain, speed_factor
from tests.simulator.conftest import MONDAY_NIGHT, MONDAY_RUSH, epoch_ms

MUNICH_LONGITUDE = 11.58


def dry(start_ms: int) -> Rain:
    """The first shower comes a day later."""
    return Rain(Random(1), start_ms + 24 * day.HOUR_MS)


def wet(start_ms: int, least_mm_h: float) -> Rain:
    """Rain that is as strong over the city's middle at the start."""
    skies = (Rain(Random(seed), start_ms) for seed in range(1_000))
    return next(rain for rain in skies if rain.mm_per_h(start_ms, 0) >= least_mm_h)


def congestion(model: CityModel, start_ms: int, rain: Rain | None = None) -> Congestion:
    return Congestion(Network(model), rain or dry(start_ms), Random("same"), start_ms)


def advance(state: Congestion, start_ms: int, seconds: int) -> None:
    for second in range(1, seconds + 1):
        state.advance(start_ms + second * 1000)


def test_the_rush_hour_is_slower_than_the_night(model: CityModel) -> None:
    rush, night = (mean(congestion(model, start).speed_kmh) for start in (MONDAY_RUSH, MONDAY_NIGHT))
    assert rush < 0.75 * night


@pytest.mark.parametrize(
    ("hour", "low", "high"), [(3, 0.0, 0.15), (8, 0.85, 1.05), (12, 0.35, 0.6), (17.5, 0.85, 1.05)]
)
def test_demand_follows_the_working_day(hour: float, low: float, high: float) -> None:
    midnight = epoch_ms("2026-03-02T00:00:00+01:00")
    assert low <= day.demand(midnight + hour * day.HOUR_MS, MUNICH_LONGITUDE) <= high


def test_a_sunday_has_no_rush_hour() -> None:
    sunday, monday = epoch_ms("2026-03-01T08:00:00+01:00"), epoch_ms("2026-03-02T08:00:00+01:00")
    assert day.is_weekend(sunday, MUNICH_LONGITUDE)
    assert not day.is_weekend(monday, MUNICH_LONGITUDE)
    assert day.demand(sunday, MUNICH_LONGITUDE) < 0.3 * day.demand(monday, MUNICH_LONGITUDE)


def test_rain_takes_its_share_of_every_road(model: CityModel) -> None:
    rain = wet(MONDAY_NIGHT, 3)
    in_rain, in_the_dry = congestion(model, MONDAY_NIGHT, rain), congestion(model, MONDAY_NIGHT)
    for road, wet_kmh in enumerate(in_rain.speed_kmh):
        share = speed_factor(rain.mm_per_h(MONDAY_NIGHT, in_rain.east_m[road]))
        assert wet_kmh / in_the_dry.speed_kmh[road] == pytest.approx(share)
    assert mean(in_rain.speed_kmh) < 0.95 * mean(in_the_dry.speed_kmh)
    assert speed_factor(4.0) == pytest.approx(0.84)


def test_showers_come_and_go_and_reach_the_east_later() -> None:
    rain = Rain(Random(3), MONDAY_NIGHT)
    west, east = [], []
    for minute in range(240):
        now = MONDAY_NIGHT + minute * 60_000
        rain.advance(now)
        west.append(rain.mm_per_h(now, -2_400))
        east.append(rain.mm_per_h(now, 2_400))
    wet = sum(1 for intensity in west if intensity)
    assert 20 < wet < 180
    assert max(west) <= 12
    # 4,800 m at 8 m/s are 10 minutes.
    assert east[10:] == pytest.approx(west[:-10])


def test_an_incident_jams_its_road_and_those_that_lead_to_it_but_not_those_ahead(model: CityModel) -> None:
    state, same = congestion(model, MONDAY_NIGHT), congestion(model, MONDAY_NIGHT)
    network = Network(model)
    state.blocked[40] = 0.9
    advance(state, MONDAY_NIGHT, 300)
    advance(same, MONDAY_NIGHT, 300)

    def left(road: int) -> float:
        return state.speed_kmh[road] / same.speed_kmh[road]

    upstream = network.upstream[40]
    further = {far for near in upstream for far in network.upstream[near]} - {40, *upstream}
    ahead = set(network.downstream[40]) - {40, *upstream, *further}
    assert left(40) < 0.25
    assert all(0.25 < left(road) < 0.6 for road in upstream)
    assert further
    assert all(0.5 < left(road) < 0.85 for road in further)
    assert ahead
    assert all(left(road) > max(left(near) for near in upstream) for road in ahead)


def test_a_cleared_jam_dissolves_within_minutes(model: CityModel) -> None:
    state = congestion(model, MONDAY_NIGHT)
    state.blocked[40] = 0.9
    advance(state, MONDAY_NIGHT, 300)
    assert state.jam[40] > 0.85
    state.blocked[40] = 0.0
    advance(state, MONDAY_NIGHT + 300_000, 900)
    assert max(state.jam) < 0.1


def test_a_jam_is_dense_and_lets_fewer_through(model: CityModel) -> None:
    state = congestion(model, MONDAY_RUSH)
    flow, occupancy = state.vehicles_per_h(40), state.occupancy_pct(40)
    state.blocked[40] = 0.9
    advance(state, MONDAY_RUSH, 300)
    assert state.vehicles_per_h(40) < 0.6 * flow
    assert state.occupancy_pct(40) > 2 * occupancy
