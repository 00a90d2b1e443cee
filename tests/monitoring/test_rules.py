"""Every rule asks for series that are served."""

import pytest

from tests.compose.alerting import RULES
from tests.compose.files import Json
from tests.monitoring.expressions import check


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.get("alert") or rule["record"]))
def test_a_rule_asks_for_what_is_served_and_tells_labels_that_it_has(rule: Json) -> None:
    check(rule["expr"], "\n".join(rule.get("annotations", {}).values()))
