"""Freshness: what is counted, and a small run."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from bench import freshness
from bench.latency import latencies
from bench.offsets import LagSeconds, Offsets
from bench.paced_gps import PROBES, Load
from tests.conftest import MakeSettings


def test_an_event_is_seen_with_itself_or_a_newer_one_of_its_probe() -> None:
    found = latencies(
        {"a": [100, 200, 300], "b": [150]}, {"a": [(100, 110.0), (300, 350.0)], "b": [(150, 151.0)]}, 1_000
    )
    assert found.ms == (10.0, 150.0, 50.0, 1.0)
    assert found.unseen == 0
    assert found.percentile(50) == 10.0
    assert found.percentile(99) == 150.0


def test_an_event_that_was_never_seen_stands_with_its_age_at_the_end() -> None:
    found = latencies({"a": [100, 200], "b": [300]}, {"a": [(100, 110.0)]}, 1_000)
    assert found.ms == (10.0, 800.0, 700.0)
    assert found.unseen == 2


def test_lag_in_seconds_is_the_age_of_the_oldest_record_not_committed() -> None:
    lag = LagSeconds()
    lag.add(0.0, Offsets({0: 0}, {}))
    lag.add(1.0, Offsets({0: 10}, {0: 0}))
    assert lag.max_s == 1.0
    lag.add(2.0, Offsets({0: 20}, {0: 10}))
    lag.add(4.0, Offsets({0: 30}, {0: 15}))
    # Record 15 was appended after the look at 1 s, whose end was 10.
    assert lag.max_s == 3.0
    lag.start_over()
    lag.add(5.0, Offsets({0: 30}, {0: 30}))
    lag.add(9.0, Offsets({0: 40}, {0: 30}))
    assert lag.max_s == 4.0


def test_lag_is_that_of_the_partition_that_lags_most() -> None:
    lag = LagSeconds()
    lag.add(0.0, Offsets({0: 5, 1: 5}, {0: 5, 1: 5}))
    lag.add(2.0, Offsets({0: 9, 1: 9}, {0: 9, 1: 5}))
    assert lag.max_s == 2.0


@pytest.mark.real
async def test_a_small_run_sees_every_probe_and_holds_its_rate(
    settings: MakeSettings, tmp_path: Path
) -> None:
    own = settings(partitions=2)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        observed = await freshness.observe(own, tmp_path, Load(own, 400, 50, 1.0, 2.0), pool)
    found = freshness.freshness(observed)
    assert found.probe_events == 2 * PROBES
    assert found.unseen_in_redis == found.unseen_by_websocket == 0
    assert 300 < found.produced_per_s <= 400
    # Publishing takes a tenth of a second and a WebSocket's tick a fifth; a busy machine takes its time.
    assert 5 < found.redis_p50_ms <= found.redis_p99_ms < 5_000
    assert found.redis_p50_ms < found.websocket_p50_ms < 5_000
    assert 0.1 < found.committed_lag_s_max < 5


def test_a_rate_that_leaves_no_room_for_probes_is_refused() -> None:
    answer = CliRunner().invoke(freshness.main, ["--rates", "1000,100"])
    assert answer.exit_code == 2
    assert "the least is 200" in answer.output


@pytest.mark.parametrize("rates", ["fast", "1000,", ""])
def test_rates_that_are_no_numbers_are_refused(rates: str) -> None:
    answer = CliRunner().invoke(freshness.main, ["--rates", rates])
    assert answer.exit_code == 2
    assert "such as 1000,10000" in answer.output
