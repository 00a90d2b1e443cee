"""The soak: what its samples say, and a short one."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from bench import soak
from bench.soak import Sample
from demo.plan import SERVICES


def sample(minute: float, rss_mb: float, files: int, lag: int = 0) -> Sample:
    return Sample(
        minute=minute,
        rss_mb={"gps": rss_mb},
        open_files={"gps": files},
        redis_mb=10 + 2 * minute,
        lag=lag,
        archive_lag=5,
        events=round(minute * 60_000),
    )


def test_slopes_are_of_what_came_after_the_warm_up() -> None:
    warm_up = [sample(0.0, 100, 10), sample(0.5, 180, 30)]
    steady = [sample(1 + n / 10, 200 + 0.3 * n, 40, lag=n) for n in range(11)]
    found = soak.result([*warm_up, *steady], 1.0)
    assert found["rss_slope_mb_per_min"] == {"gps": pytest.approx(3.0)}
    assert found["open_files_slope_per_min"] == {"gps": 0.0}
    assert found["redis_slope_mb_per_min"] == pytest.approx(2.0)
    assert found["lag_end"] == 10
    assert found["events_per_s"] == pytest.approx(1_000)


def test_a_warm_up_that_leaves_nothing_is_refused() -> None:
    answer = CliRunner().invoke(soak.main, ["--minutes", "2", "--warm-up", "2"])
    assert answer.exit_code == 2
    assert "leaves nothing to measure" in answer.output


@pytest.mark.real
@pytest.mark.usefixtures("apache_only")
async def test_a_short_soak_watches_every_service(tmp_path: Path) -> None:
    found = soak.result(await soak.soak(tmp_path, rate=500, minutes=0.5), 0.2)
    assert set(found["rss_slope_mb_per_min"]) == {*SERVICES, "gateway"}
    assert all(20 < mb < 2_000 for mb in found["rss_mb_end"].values())
    assert all(files > 5 for files in found["open_files_end"].values())
    assert 300 < found["events_per_s"] < 700
    assert found["lag_end"] < 5_000
