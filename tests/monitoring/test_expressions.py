"""The checker of expressions refuses what Prometheus would answer with nothing."""

import pytest

from tests.monitoring.expressions import bounds, check, own_unit


@pytest.mark.parametrize(
    ("expression", "labels"),
    [
        ("city_states", {"job", "process", "instance", "service"}),
        ("sum by (role) (rate(city_seconds_total[5m]))", {"role"}),
        ("sum(city_states)", set()),
        ("time() - max without (job, process, instance) (city_watermark_timestamp_seconds)", {"service"}),
        (
            "histogram_quantile(0.9, sum by (le, route) (rate(city_gateway_request_seconds_bucket[5m])))",
            {"route"},
        ),
        ("rate(city_gateway_refresh_seconds_sum[5m])", {"job", "process", "instance"}),
        ("city_gateway_things / on (topic) group_left (job) city_gateway_data_age_seconds > 1", None),
        (
            "sum by (service) (city_states)"
            " * on (service) group_left (sink) min by (service, sink) (city_sink_up)",
            {"service", "sink"},
        ),
        ("topk(3, sum by (service) (max_over_time(city_states[1h:1m])))", {"service"}),
        ("sum(city_states) or vector(0)", set()),
        ('up{process="gps"} == 0 unless on (process) city_states', {"job", "process", "instance"}),
    ],
)
def test_what_can_be_has_these_labels(expression: str, labels: set[str] | None) -> None:
    found = check(expression)
    assert labels is None or found == labels


@pytest.mark.parametrize(
    ("expression", "shown", "why"),
    [
        ("sum by (service (city_states)", "", "parenthesis"),
        ("city_state", "", "no metric of the catalogue"),
        ("city_events_folded", "", "no metric of the catalogue"),
        ("city_gateway_request_seconds", "", "no metric of the catalogue"),
        ("city_states_sum", "", "no metric of the catalogue"),
        ("redis_memory_used_bytes", "", "no metric of the catalogue"),
        ('{__name__="city_states"}', "", "no metric of the catalogue"),
        ('city_states{role="stream"}', "", "role"),
        ("sum by (role) (city_states)", "", "role"),
        ("sum without (role) (city_states)", "", "role"),
        ("sum by (service) (city_states) / sum by (process) (city_states)", "", "differ"),
        ("city_kafka_up / city_states", "", "role"),
        ("city_kafka_up / on (role) city_states", "", "role"),
        ("city_states / ignoring (role) city_states", "", "role"),
        ("city_states / on (service) group_left (sink) city_states", "", "sink"),
        ("histogram_quantile(0.9, sum(rate(city_gateway_refresh_seconds_bucket[5m])))", "", "le"),
        ("sum by (service) (city_states)", "{{instance}}", "instance"),
        ("sum by (service) (city_states)", "at {{ $labels.instance }}", "instance"),
        ("sum by (service) (city_states) or sum by (process) (up)", "{{service}}", "service"),
    ],
)
def test_what_cannot_be_is_refused(expression: str, shown: str, why: str) -> None:
    with pytest.raises(AssertionError, match=why):
        check(expression, shown)


def test_a_unit_is_the_metrics_own_until_something_is_made_of_it() -> None:
    assert own_unit("max by (service) (city_freshness_seconds)") == "s"
    assert own_unit("rate(city_seconds_total[5m])") is None
    assert own_unit("1 - city_sink_up") is None
    assert own_unit("up") is None


def test_the_bounds_of_a_rule_are_what_it_compares_with() -> None:
    assert bounds("sum(city_states) / 2 > 60 and city_states == 0") == {60, 0}
