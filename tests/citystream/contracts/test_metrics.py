"""The catalogue of metrics follows Prometheus's conventions, and its page is current."""

from pathlib import Path

import pytest

from citystream.contracts import gateway_metrics, worker_metrics
from citystream.contracts.metric import TOTAL, Metric
from citystream.contracts.metrics import CATALOGUE, page


def test_the_page_is_current() -> None:
    told = Path("docs/metrics.md").read_text()
    assert told == page() + "\n", "python -m citystream.contracts.metrics > docs/metrics.md"


def test_no_name_is_given_twice() -> None:
    lists = (worker_metrics.METRICS, gateway_metrics.METRICS, gateway_metrics.OF_NEWEST_DAY)
    assert sum(map(len, lists)) == len(CATALOGUE)


@pytest.mark.parametrize("metric", CATALOGUE.values(), ids=list(CATALOGUE))
def test_a_name_tells_what_it_is(metric: Metric) -> None:
    assert metric.name.endswith(TOTAL) == (metric.kind == "counter")
    # Prometheus adds these itself: of whom it scrapes, and of a histogram.
    assert not {"job", "instance", "process", "le"} & set(metric.labels)
    assert metric.meaning.endswith(".")
