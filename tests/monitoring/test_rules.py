"""Every alert rule asks for series that are served."""

from typing import Any

import pytest
import yaml

from tests.compose.alerting import PROMETHEUS
from tests.monitoring.expressions import check

RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_a_rule_asks_for_what_is_served_and_tells_labels_that_it_has(rule: dict[str, Any]) -> None:
    check(rule["expr"], "\n".join(rule["annotations"].values()))
