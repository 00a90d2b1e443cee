"""Alertmanager's routes and inhibitions speak of alerts, severities and labels that there are."""

import re
from collections.abc import Iterator

import pytest
import yaml

from tests.compose.alerting import ALERTS
from tests.compose.files import BASE, FOLDER, Json, read

CONFIG: Json = yaml.safe_load((FOLDER / "alertmanager" / "alertmanager.yml").read_text())
MATCHER = re.compile(r"(?P<label>\w+) (?P<how>=~|=) \"?(?P<value>[^\"]+)\"?")
ROUTES: list[Json] = CONFIG["route"]["routes"]
INHIBITIONS: list[Json] = CONFIG["inhibit_rules"]


def matches(matchers: list[str], labels: dict[str, str]) -> bool:
    """Whether all do, as Alertmanager reads them."""
    found = [MATCHER.fullmatch(one) for one in matchers]
    assert all(found), matchers
    return all(
        re.fullmatch(
            one["value"] if one["how"] == "=~" else re.escape(one["value"]), labels.get(one["label"], "")
        )
        for one in found
        if one
    )


def route(alert: str) -> Json:
    """The first that takes it."""
    labels = {"alertname": alert, "severity": ALERTS[alert]["labels"]["severity"]}
    return next(one for one in ROUTES if matches(one["matchers"], labels))


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_has_a_route_and_its_receiver_is_there(alert: str) -> None:
    receivers = {one["name"] for one in CONFIG["receivers"]}
    assert route(alert)["receiver"] in receivers
    assert CONFIG["route"]["receiver"] in receivers


def test_the_watchdog_goes_to_the_dead_mans_switch_alone_and_often() -> None:
    switch = route("CityWatchdog")
    assert switch["repeat_interval"] == "1m"
    assert [alert for alert in ALERTS if route(alert)["receiver"] == switch["receiver"]] == ["CityWatchdog"]


def test_what_is_critical_is_told_again_sooner() -> None:
    repeats = {one: route(one).get("repeat_interval", CONFIG["route"]["repeat_interval"]) for one in ALERTS}
    assert repeats["CityKafkaDown"] == "1h"
    assert repeats["CityStreamLag"] == "12h"


def named(matchers: list[str]) -> Iterator[str]:
    """Alerts that matchers name."""
    for one in matchers:
        found = MATCHER.fullmatch(one)
        assert found, one
        if found["label"] == "alertname":
            yield from found["value"].split("|")


@pytest.mark.parametrize("inhibition", INHIBITIONS, ids=lambda one: one["source_matchers"][0])
def test_an_inhibition_is_of_alerts_that_are_there_and_have_its_labels(inhibition: Json) -> None:
    sources, targets = (list(named(inhibition[end])) for end in ("source_matchers", "target_matchers"))
    assert {*sources, *targets} <= set(ALERTS)
    assert sources
    assert targets
    # Two that both lack a label are equal to Alertmanager.
    for alert in (*sources, *targets):
        told = set(ALERTS[alert]["labels"]) | labels_of(ALERTS[alert]["expr"])
        assert set(inhibition.get("equal", ())) <= told, alert


def labels_of(expression: str) -> set[str]:
    """What an expression's results keep: what it groups by, or, if it does not, all of a worker's."""
    grouped = re.findall(r"\bby \(([^)]+)\)", expression)
    return {label for one in grouped for label in one.split(", ")} if grouped else {"service", "instance"}


def test_urls_are_secrets_that_the_container_has() -> None:
    given = {f"/run/secrets/{name}" for name in read(BASE)["services"]["alertmanager"]["secrets"]}
    used = [hook["url_file"] for one in CONFIG["receivers"] for hook in one["webhook_configs"]]
    assert set(used) == given
