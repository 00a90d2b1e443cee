"""The dashboard's benchmark: what its figures are made of. A run needs a browser to itself."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from bench.dashboard import __main__ as command
from bench.dashboard import frames, paint
from bench.dashboard.city import REPORT_S, rate_of
from bench.dashboard.figures import complaints, steady
from bench.dashboard.frames import Frames
from bench.dashboard.heap import Sample, slope_mb_per_min, worker_name
from bench.dashboard.measure import Found
from bench.dashboard.paint import Paint
from simulator.world import CAMERA_SHARE, TRAFFIC_SHARE, WEATHER_SHARE


def samples(*, mb_per_min: float, warm_up_mb: float = 0.0) -> list[Sample]:
    """Four a minute, for ten minutes."""
    return [
        Sample(n / 4, {"page": 20 + (warm_up_mb if n < 4 else 0.0), "worker": mb_per_min * n / 4})
        for n in range(41)
    ]


def found(mb_per_min: float, *, said: str | None = None) -> Found:
    return Found("1.0", samples=samples(mb_per_min=mb_per_min), complaints=[said, said] if said else [])


def test_a_slope_is_of_page_and_workers_together() -> None:
    assert slope_mb_per_min(samples(mb_per_min=0.5)) == pytest.approx(0.5)


def test_the_first_minute_is_left_out() -> None:
    assert slope_mb_per_min(steady(samples(mb_per_min=0.5, warm_up_mb=-9.0))) == pytest.approx(0.5)


def test_a_short_stay_has_its_second_half() -> None:
    assert [one.minute for one in steady(samples(mb_per_min=0)[:5])] == [0.5, 0.75, 1.0]


def test_a_heap_that_grows_is_a_complaint_where_the_run_is_long_enough_to_say_so() -> None:
    assert list(complaints(found(0.9), judged=True)) == []
    assert list(complaints(found(1.1), judged=False)) == []
    [complaint] = complaints(found(1.1), judged=True)
    assert "grows by 1.10 MB/min" in complaint


def test_what_the_page_says_again_and_again_is_told_once() -> None:
    assert list(complaints(found(0.0, said="no"), judged=False)) == ["the page complained: no"]


def test_rounds_of_a_scene_are_counted_as_one() -> None:
    quick = Frames((16.0,) * 95, (), 50, 20.0)
    slow = Frames((40.0, 40.0, 40.0, 40.0, 1_000.0), (500.0,), 10, 100.0)
    told = frames.figures(frames.together([quick, slow]))
    assert (told["median_ms"], told["p95_ms"], told["worst_ms"]) == (16.0, 16.0, 1_000.0)
    seconds = (16 * 95 + 160 + 1_000) / 1_000
    assert told["per_s"] == pytest.approx(100 / seconds, abs=0.1)
    assert told["long_tasks_share"] == pytest.approx(0.5 / seconds, abs=0.001)
    assert told["paintings_per_s"] == pytest.approx(60 / seconds, abs=0.1)
    assert told["ms_a_painting"] == 2.0


def test_a_paint_is_the_median_of_each_figure() -> None:
    paints = [Paint(900, 300, 432, 5), Paint(700, 500, 432, 7), Paint(800, 400, 431, 9)]
    assert paint.figures(paints) == {"useful_ms": 800, "contentful_ms": 400, "http_kb": 432, "live_kb": 7}


def test_vehicles_tell_of_themselves_in_turn() -> None:
    positions = 1 - TRAFFIC_SHARE - CAMERA_SHARE - WEATHER_SHARE
    assert rate_of(10_000) * positions == pytest.approx(10_000 / REPORT_S)
    # Roads have their readings also where nobody drives.
    assert rate_of(0) == rate_of(1_000)


def test_a_worker_has_the_same_name_in_each_build() -> None:
    assert worker_name("vehicles") == "worker vehicles"
    assert worker_name("http://a/assets/map-gl-CZtF-QIV.mjs") == "worker map-gl"


def test_without_a_page_there_is_nothing_to_measure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(command, "DASHBOARD", tmp_path)
    answer = CliRunner().invoke(command.main, ["--quick"])
    assert answer.exit_code == 1
    assert "make dashboard" in answer.output
