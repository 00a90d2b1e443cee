"""Judges alert rules by scrapes as Prometheus does: such as compare an aggregated metric with a number."""

import operator
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence

import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.compose.files import FOLDER, Json

PROMETHEUS = FOLDER / "prometheus"
FORM = re.compile(
    r"(?P<since>time\(\) - )?(?P<how>min|max) ?(?:by \((?P<by>[\w, ]+)\) )?"
    r"\((?P<metric>\w+)(?:\{(?P<chosen>[^}]*)\})?\)"
    r" (?P<is_>==|>=|>) (?P<bound>[\d.]+)"
)
UNITS_S = {"s": 1, "m": 60, "h": 3_600}


def seconds(duration: str) -> int:
    """Of a duration with one unit."""
    return int(duration[:-1]) * UNITS_S[duration[-1]]


CONFIG = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
SCRAPE_S = seconds(CONFIG["global"]["evaluation_interval"])


def rule(alert: str) -> Json:
    """The rule of this name."""
    groups = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"]
    (found,) = [one for group in groups for one in group["rules"] if one["alert"] == alert]
    wanted: Json = found
    return wanted


def fires(alert: str, scrapes: Sequence[str], last_s: float | None = None) -> bool:
    """Whether it does by the last of these, `SCRAPE_S` apart, each as `/metrics` answered.

    `last_s`: when the last was made, epoch seconds; None is now.
    """
    wanted = rule(alert)
    first_s = (time.time() if last_s is None else last_s) - (len(scrapes) - 1) * SCRAPE_S
    lasting = 0
    for number, scrape in enumerate(scrapes):
        lasting = lasting + 1 if _holds(wanted["expr"], scrape, first_s + number * SCRAPE_S) else 0
    return lasting > 0 and (lasting - 1) * SCRAPE_S >= seconds(wanted.get("for", "0s"))


def _holds(expression: str, scrape: str, at_s: float) -> bool:
    form = FORM.fullmatch(expression)
    assert form, f"{expression}: not of the form that is judged here"
    chosen = dict(re.findall(r'(\w+)="([^"]*)"', form["chosen"] or ""))
    by = (form["by"] or "").split(", ")
    groups: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for name, labels, value in _samples(scrape):
        if name == form["metric"] and chosen.items() <= labels.items():
            groups[tuple(labels.get(one, "") for one in by)].append(value)
    aggregate = {"min": min, "max": max}[form["how"]]
    compare = {"==": operator.eq, ">": operator.gt, ">=": operator.ge}[form["is_"]]
    found = (at_s - aggregate(values) if form["since"] else aggregate(values) for values in groups.values())
    return any(compare(one, float(form["bound"])) for one in found)


def _samples(scrape: str) -> Iterable[tuple[str, dict[str, str], float]]:
    for family in text_string_to_metric_families(scrape):
        for sample in family.samples:
            yield sample.name, sample.labels, sample.value
