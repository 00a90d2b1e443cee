"""What the gateway tells of its layers makes the alerts fire, and nothing else does."""

from collections.abc import Iterator
from typing import get_args

import pytest
from prometheus_client import REGISTRY, generate_latest

from gateway import metrics, operations
from gateway.city import City
from gateway.layer_states import BatchLayer, Reader
from gateway.link import Origin
from gateway.staleness import StaleAfter
from tests.compose.alerting import SCRAPE_S, fires, rule

MINUTE = 60 // SCRAPE_S
LAST_KNOWN, BATCH, BATCH_DOWN = "CityAnswersLastKnown", "CityAnswersBatch", "CityBatchLayerDown"


@pytest.fixture(autouse=True)
def fresh_metrics() -> Iterator[None]:
    """As of a gateway that has just begun."""
    for metric in (metrics.SOURCE, metrics.BATCH_UP):
        metric.clear()
    yield
    for metric in (metrics.SOURCE, metrics.BATCH_UP):
        metric.clear()


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
