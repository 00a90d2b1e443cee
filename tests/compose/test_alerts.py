"""What the gateway tells of its layers and of the newest day makes the alerts fire, and nothing else does."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import get_args

import pytest
from prometheus_client import REGISTRY, generate_latest

from citystream.contracts.manifest import Compacted, Job, Manifest
from citystream.contracts.reconciliation import BOUND_PCT
from gateway import metrics, operations
from gateway.batch_metrics import NEWEST_DAY
from gateway.city import City
from gateway.layer_states import BatchLayer, Reader
from gateway.link import Origin
from gateway.staleness import StaleAfter
from tests.compose.alerting import SCRAPE_S, judge

MINUTE = 60 // SCRAPE_S
LAST_KNOWN, BATCH, BATCH_DOWN = "CityAnswersLastKnown", "CityAnswersBatch", "CityBatchLayerDown"
LATE, INCOMPLETE = "CityBatchLate", "CityBatchIncomplete"
CHECKS_FAILED, DRIFT = "CityBatchChecksFailed", "CityBatchDrift"
OF_A_DAY = (LATE, INCOMPLETE, CHECKS_FAILED, DRIFT)
HOUR_S = 3_600
Judge = Callable[..., None]


@pytest.fixture(name="judge")
def _judge(promtool: str, tmp_path: Path) -> Judge:
    """`judge`, with all but the alert, its severity and the scrapes."""
    return partial(judge, promtool, tmp_path)


@pytest.fixture(autouse=True)
def fresh_metrics() -> Iterator[None]:
    """As of a gateway that has just begun."""
    _clear()
    yield
    _clear()


def _clear() -> None:
    for metric in (metrics.SOURCE, metrics.BATCH_UP):
        metric.clear()
    NEWEST_DAY.told(None)


def answering(source: Origin, **others: Origin) -> str:
    """A scrape of a gateway whose answers come from there; of some topics from elsewhere."""
    city = City(None, None, StaleAfter(90, 1_800, 300))
    for topic, view in city.views.items():
        view.switch(others.get(topic, source))
    operations.show(city)
    return scrape()


def reading(**answered: bool) -> str:
    """A scrape of a gateway whose readers of the batch layer were answered or not."""
    layer = BatchLayer()
    for reader in get_args(Reader):
        if reader in answered:
            layer.asked(reader, answered=answered[reader])
    return scrape()


def closed(*reasons: str, **jobs: Job) -> str:
    """A scrape of a gateway whose newest day ended at the epoch: is it complete, and how did its jobs go?"""
    compacted = {"gps": Compacted(version="1"), "traffic": Compacted(version="1", reasons=list(reasons))}
    NEWEST_DAY.told(
        Manifest(
            date="2026-11-18",
            timezone="UTC",
            start_ms=-24 * HOUR_S * 1000,
            end_ms=0,
            published_ms=0,
            compacted=compacted,
            jobs=jobs,
        )
    )
    return scrape()


def job(checks_failed: int = 0, **drift_pct: float) -> Job:
    drift = {f"traffic.{metric}": percent for metric, percent in drift_pct.items()}
    return Job(finished_ms=0, seconds=1.0, checks_failed=checks_failed, drift_pct=drift)


def scrape() -> str:
    return generate_latest(REGISTRY).decode()


def test_what_stands_still_for_a_minute_is_critical(judge: Judge) -> None:
    still, live = answering("last-known"), answering("speed")
    # Nothing happened in the other topics since Redis was lost.
    quiet_topics = answering("last-known", vehicles="batch")
    judge(
        LAST_KNOWN,
        "critical",
        fires=[[live, *[still] * (MINUTE + 1)]],
        quiet=[[*[still] * MINUTE, live, *[still] * MINUTE], [quiet_topics] * 20 * MINUTE],
    )


def test_answers_from_the_archive_for_five_minutes_are_a_warning(judge: Judge) -> None:
    archived, live = answering("last-known", vehicles="batch"), answering("speed")
    judge(
        BATCH,
        "warning",
        fires=[[live, *[archived] * (5 * MINUTE + 1)]],
        quiet=[
            [*[archived] * 5 * MINUTE, live, *[archived] * 5 * MINUTE],
            [answering("last-known")] * 20 * MINUTE,
        ],
    )


@pytest.mark.parametrize("down", [{"archive": False}, {"archive": True, "days": False}])
def test_a_batch_layer_that_can_not_be_read_for_five_minutes_is_a_warning(
    judge: Judge, down: dict[str, bool]
) -> None:
    never, away, back = scrape(), reading(**down), reading(archive=True, days=True)
    judge(
        BATCH_DOWN,
        "warning",
        fires=[[back, *[away] * (5 * MINUTE + 1)]],
        quiet=[[*[away] * 5 * MINUTE, back, *[away] * 5 * MINUTE], [never] * 20 * MINUTE],
    )


def test_a_newest_day_that_ended_a_day_and_a_half_ago_is_critical(judge: Judge) -> None:
    judge(LATE, "critical", fires=[[closed()] * 2], step_s=36 * HOUR_S + 1)
    # The next night's jobs are still at work.
    judge(LATE, "critical", quiet=[[closed()] * 2], step_s=33 * HOUR_S)


def test_a_newest_day_that_lacks_events_of_a_type_is_a_warning(judge: Judge) -> None:
    judge(INCOMPLETE, "warning", fires=[[closed("late")]], quiet=[[closed()]])


def test_rules_of_quality_that_are_broken_are_a_warning(judge: Judge) -> None:
    # What drifts has an alert of its own.
    drifts = closed(quality=job(), reconcile=job(checks_failed=1))
    judge(CHECKS_FAILED, "warning", fires=[[closed(quality=job(checks_failed=1))]], quiet=[[drifts]])


def test_a_metric_that_drifts_as_far_as_the_bound_is_a_warning(judge: Judge) -> None:
    far, less = (
        closed(reconcile=job(readings=0.0, vehicles=percent)) for percent in (BOUND_PCT, BOUND_PCT * 0.99)
    )
    judge(DRIFT, "warning", fires=[[far]], quiet=[[less]])


@pytest.mark.parametrize("alert", OF_A_DAY)
def test_a_city_without_a_closed_day_has_no_alert_of_one(judge: Judge, alert: str) -> None:
    judge(alert, "warning", quiet=[[scrape()]])
