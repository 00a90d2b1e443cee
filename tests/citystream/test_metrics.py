from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from citystream.contracts import worker_metrics
from citystream.metrics import Metrics
from tests.harness.scraped import types


def test_a_metric_is_served_by_its_name_and_service() -> None:
    metrics = Metrics("traffic")
    metrics.count("events_folded_total", 3)
    metrics.show("sink_up", 1, sink="redis")
    text = generate_latest(metrics.registry).decode()
    assert 'city_events_folded_total{service="traffic"} 3.0' in text
    assert 'city_sink_up{service="traffic",sink="redis"} 1.0' in text


def test_all_of_the_catalogue_is_served_and_nothing_else() -> None:
    text = generate_latest(Metrics("gps").registry).decode()
    assert types(text) == {one.name: one.kind for one in worker_metrics.METRICS}


def test_a_counter_is_there_before_it_counts() -> None:
    text = generate_latest(Metrics("gps").registry).decode()
    for one in worker_metrics.METRICS:
        if one.kind == "counter" and one.labels == ("service",):
            assert f'{one.name}{{service="gps"}} 0.0' in text


def test_a_counter_follows_a_total() -> None:
    metrics = Metrics("gps")
    for total in (2, 2, 7):
        metrics.follow("sink_written_total", total, sink="redis")
        metrics.follow("sink_written_total", 1, sink="s3")
    assert samples(metrics, "city_sink_written_total") == {"redis": 7, "s3": 1}


def test_what_is_not_known_has_no_series() -> None:
    metrics = Metrics("gps")
    metrics.show("table_bytes", 5, role="stream")
    metrics.show("table_bytes", None, role="archive")
    metrics.show("freshness_seconds", 1)
    metrics.show("freshness_seconds", None)
    text = generate_latest(metrics.registry).decode()
    assert 'city_table_bytes{role="stream",service="gps"} 5.0' in text
    assert "city_freshness_seconds{" not in text
    assert 'role="archive"' not in text


def samples(metrics: Metrics, name: str) -> dict[str, float]:
    """By sink."""
    families = text_string_to_metric_families(generate_latest(metrics.registry).decode())
    return {
        one.labels["sink"]: one.value for family in families for one in family.samples if one.name == name
    }
