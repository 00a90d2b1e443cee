"""The catalogue is what is served, and what the documentation says."""

from pathlib import Path

from prometheus_client import generate_latest

from citystream.metrics import COUNTERS, PREFIX, Metrics, page

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_is_current() -> None:
    assert (DOCS / "metrics.md").read_text() == page(), "python -m citystream.metrics > docs/metrics.md"


def test_a_metric_is_served_by_its_name_and_service() -> None:
    metrics = Metrics("traffic")
    metrics.count("events_folded_total", 3)
    metrics.show("sink_up", 1, sink="redis")
    text = generate_latest(metrics.registry).decode()
    assert f'{PREFIX}events_folded_total{{service="traffic"}} 3.0' in text
    assert f'{PREFIX}sink_up{{service="traffic",sink="redis"}} 1.0' in text


def test_a_counter_is_there_before_it_counts() -> None:
    text = generate_latest(Metrics("gps").registry).decode()
    for name, (labels, _) in COUNTERS.items():
        if labels == ("service",):
            assert f'{PREFIX}{name}{{service="gps"}} 0.0' in text
