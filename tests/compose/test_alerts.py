"""What the gateway tells of its layers and of the newest day makes the alerts fire, and nothing else does."""

from collections.abc import Iterator
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
from tests.compose.alerting import SCRAPE_S, fires, rule

MINUTE = 60 // SCRAPE_S
LAST_KNOWN, BATCH, BATCH_DOWN = "CityAnswersLastKnown", "CityAnswersBatch", "CityBatchLayerDown"
LATE, INCOMPLETE = "CityBatchLate", "CityBatchIncomplete"
CHECKS_FAILED, DRIFT = "CityBatchChecksFailed", "CityBatchDrift"
OF_A_DAY = (LATE, INCOMPLETE, CHECKS_FAILED, DRIFT)
HOUR_S = 3_600
END_S = 1_795_000_000


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
    """A scrape of a gateway whose newest day is complete or not, and how its jobs went."""
    compacted = {"gps": Compacted(version="1"), "traffic": Compacted(version="1", reasons=list(reasons))}
    NEWEST_DAY.told(
        Manifest(
            date="2026-11-18",
            timezone="UTC",
            start_ms=(END_S - 24 * HOUR_S) * 1000,
            end_ms=END_S * 1000,
            published_ms=END_S * 1000,
            compacted=compacted,
            jobs=jobs,
        )
    )
    return scrape()


def job(checks_failed: int = 0, **drift_pct: float) -> Job:
    drift = {f"traffic.{metric}": percent for metric, percent in drift_pct.items()}
    return Job(finished_ms=END_S * 1000, seconds=1.0, checks_failed=checks_failed, drift_pct=drift)


def scrape() -> str:
    return generate_latest(REGISTRY).decode()


def test_what_stands_still_for_a_minute_is_critical() -> None:
    still, live = answering("last-known"), answering("speed")
    assert fires(LAST_KNOWN, [live, *[still] * (MINUTE + 1)])
    assert rule(LAST_KNOWN)["labels"]["severity"] == "critical"
    assert not fires(LAST_KNOWN, [*[still] * MINUTE, live, *[still] * MINUTE])
    # Nothing happened in the other topics since Redis was lost.
    assert not fires(LAST_KNOWN, [answering("last-known", vehicles="batch")] * 20 * MINUTE)


def test_answers_from_the_archive_for_five_minutes_are_a_warning() -> None:
    archived, live = answering("last-known", vehicles="batch"), answering("speed")
    assert fires(BATCH, [live, *[archived] * (5 * MINUTE + 1)])
    assert rule(BATCH)["labels"]["severity"] == "warning"
    assert not fires(BATCH, [*[archived] * 5 * MINUTE, live, *[archived] * 5 * MINUTE])
    assert not fires(BATCH, [answering("last-known")] * 20 * MINUTE)


@pytest.mark.parametrize("down", [{"archive": False}, {"archive": True, "days": False}])
def test_a_batch_layer_that_can_not_be_read_for_five_minutes_is_a_warning(down: dict[str, bool]) -> None:
    never, away, back = scrape(), reading(**down), reading(archive=True, days=True)
    assert fires(BATCH_DOWN, [back, *[away] * (5 * MINUTE + 1)])
    assert rule(BATCH_DOWN)["labels"]["severity"] == "warning"
    assert not fires(BATCH_DOWN, [*[away] * 5 * MINUTE, back, *[away] * 5 * MINUTE])
    assert not fires(BATCH_DOWN, [never] * 20 * MINUTE)


def test_a_newest_day_that_ended_a_day_and_a_half_ago_is_critical() -> None:
    day = closed()
    assert fires(LATE, [day], END_S + 36 * HOUR_S + 1)
    assert rule(LATE)["labels"]["severity"] == "critical"
    # The next night's jobs are still at work.
    assert not fires(LATE, [day], END_S + 33 * HOUR_S)


def test_a_newest_day_that_lacks_events_of_a_type_is_a_warning() -> None:
    assert fires(INCOMPLETE, [closed("late")])
    assert rule(INCOMPLETE)["labels"]["severity"] == "warning"
    assert not fires(INCOMPLETE, [closed()])


def test_rules_of_quality_that_are_broken_are_a_warning() -> None:
    assert fires(CHECKS_FAILED, [closed(quality=job(checks_failed=1))])
    assert rule(CHECKS_FAILED)["labels"]["severity"] == "warning"
    # What drifts has an alert of its own.
    assert not fires(CHECKS_FAILED, [closed(quality=job(), reconcile=job(checks_failed=1))])


def test_a_metric_that_drifts_as_far_as_the_bound_is_a_warning() -> None:
    assert fires(DRIFT, [closed(reconcile=job(readings=0.0, vehicles=BOUND_PCT))])
    assert rule(DRIFT)["labels"]["severity"] == "warning"
    assert not fires(DRIFT, [closed(reconcile=job(readings=0.0, vehicles=BOUND_PCT * 0.99))])


@pytest.mark.parametrize("alert", OF_A_DAY)
def test_a_city_without_a_closed_day_has_no_alert_of_one(alert: str) -> None:
    assert not fires(alert, [scrape()])
