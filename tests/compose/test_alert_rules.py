"""Each rule is whole, and promtool has seen each alert fire and not fire, by its tests in `alerts/`."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest
import yaml

from services.traffic.forecast.forecaster import NAME as MODEL
from tests.compose.alerting import ALERTS, CONFIG_FILE, RULES, RULES_FILE, run
from tests.compose.files import Json

TESTS: dict[Path, Json] = {
    file: yaml.safe_load(file.read_text()) for file in sorted(Path("tests/compose/alerts").glob("*.yml"))
}
CASES: defaultdict[str, set[bool]] = defaultdict(set)
"""alert -> whether it fires, of all its cases"""
for _case in (case for file in TESTS.values() for test in file["tests"] for case in test["alert_rule_test"]):
    CASES[_case["alertname"]].add(bool(_case["exp_alerts"]))
# It always fires.
WATCHDOG = "CityWatchdog"


def test_promtool_takes_the_configuration_and_its_rules(promtool: str) -> None:
    wrong = run(promtool, "check", "config", CONFIG_FILE)
    assert not wrong, wrong


def test_promtool_sees_each_alert_fire_when_it_should_and_only_then(promtool: str) -> None:
    wrong = run(promtool, "test", "rules", *TESTS)
    assert not wrong, wrong


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not(alert: str) -> None:
    assert True in CASES[alert]
    assert False in CASES[alert] or alert == WATCHDOG


def test_a_test_file_is_of_the_rules_that_are_in_use() -> None:
    for file, text in TESTS.items():
        (rules,) = text["rule_files"]
        assert (file.parent / rules).resolve() == RULES_FILE.resolve()


def test_a_name_is_given_once() -> None:
    names = Counter(rule.get("alert") or rule["record"] for rule in RULES)
    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_says_how_bad_it_is_what_it_means_and_what_to_do(alert: str) -> None:
    rule = ALERTS[alert]
    severities = {"none"} if alert == WATCHDOG else {"warning", "critical"}
    assert rule["labels"]["severity"] in severities
    assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}
    assert rule["annotations"]["runbook_url"] == f"docs/runbooks/{alert}.md"


@pytest.mark.parametrize("alert", ["CityForecastError", "CityForecastStale"])
def test_forecasts_are_judged_by_the_model_that_makes_them(alert: str) -> None:
    assert f'model="{MODEL}"' in ALERTS[alert]["expr"]
