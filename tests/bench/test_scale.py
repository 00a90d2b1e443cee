"""Scale: which configurations are run, and one of them."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from bench import scale
from bench.scale import Run
from tests.conftest import MakeSettings

EVENTS = 20_000


def test_workers_share_at_least_as_many_partitions() -> None:
    assert scale.by_workers((1, 4), (1, 2)) == {1: Run(4, 1, scale.KEYS), 4: Run(4, 4, scale.KEYS)}
    assert scale.by_partitions((1, 2)) == {1: Run(1, 1, scale.KEYS), 2: Run(2, 1, scale.KEYS)}
    assert scale.by_keys((100, 1000), (2, 4)) == {100: Run(4, 1, 100), 1000: Run(4, 1, 1000)}


@pytest.mark.real
async def test_a_small_run_costs_cpu_for_every_event(settings: MakeSettings, tmp_path: Path) -> None:
    own = settings(partitions=2, kafka_session_timeout_s=scale.SESSION_S)
    found = await scale.measure(own, tmp_path, Run(2, 1, 50), EVENTS)
    assert 100 < found.events_per_s < 1_000_000
    # A start takes seconds of CPU, which would be 100 us and more of each of these events.
    assert 1 < found.fold_us_per_event < 100
    assert found.us_per_event > 1


def test_no_workers_are_refused() -> None:
    answer = CliRunner().invoke(scale.main, ["--workers", "0"])
    assert answer.exit_code == 2
    assert "the least is 1" in answer.output
