"""The table of rules names tests that there are."""

import re
from pathlib import Path

PAGE = Path("docs/architecture.md").read_text()
DEFINED = {
    name
    for path in Path("tests").rglob("test_*.py")
    for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text(), re.M)
}


def test_every_rule_names_tests_that_there_are() -> None:
    table = PAGE.split("### Each rule and its test", 1)[1].split("\n##", 1)[0]
    rows = re.findall(r"^\| (?!rule|---)(.+?) \| (.+) \|$", table, re.M)
    assert len(rows) > 15
    for rule, tests in rows:
        names = re.findall(r"`(test_\w+)`", tests)
        assert names, rule
        assert set(names) <= DEFINED, set(names) - DEFINED
