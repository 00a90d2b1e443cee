"""The alert rules, and promtool's judgement of what `/metrics` answered."""

import json
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.compose.files import FOLDER, Json
from tests.harness.promql import selected

CONFIG_FILE = FOLDER / "prometheus" / "prometheus.yml"
RULES_FILE = FOLDER / "prometheus" / "alerts.yml"
RULES: list[Json] = [
    rule for group in yaml.safe_load(RULES_FILE.read_text())["groups"] for rule in group["rules"]
]
ALERTS: dict[str, Json] = {rule["alert"]: rule for rule in RULES if "alert" in rule}
SCRAPE_S = 10


def run(promtool: str, *arguments: str | Path) -> str:
    """What it found wrong; empty if nothing."""
    ended = subprocess.run([promtool, *map(str, arguments)], capture_output=True, text=True)
    return "" if ended.returncode == 0 else ended.stdout + ended.stderr


def judge(
    promtool: str,
    folder: Path,
    alert: str,
    severity: str,
    *,
    fires: Sequence[Sequence[str]] = (),
    quiet: Sequence[Sequence[str]] = (),
    step_s: int = SCRAPE_S,
) -> None:
    """Assert that an alert fires with this severity by the end of some courses, and not by that of others.

    `fires`, `quiet`: courses, each of scrapes that are `step_s` apart and begin at the epoch.
    """
    tests = [
        {
            "interval": f"{step_s}s",
            "input_series": _series(scrapes, selected(ALERTS[alert]["expr"])),
            "promql_expr_test": [
                {
                    "expr": f'group by (severity) (ALERTS{{alertname="{alert}", alertstate="firing"}})',
                    "eval_time": f"{(len(scrapes) - 1) * step_s}s",
                    "exp_samples": [{"labels": f'{{severity="{severity}"}}', "value": 1}] if wanted else [],
                }
            ],
        }
        for courses, wanted in ((fires, True), (quiet, False))
        for scrapes in courses
    ]
    file = folder / f"{alert}.yml"
    # JSON is YAML.
    file.write_text(
        json.dumps(
            {"rule_files": [str(RULES_FILE.resolve())], "evaluation_interval": f"{step_s}s", "tests": tests}
        )
    )
    assert tests
    wrong = run(promtool, "test", "rules", file)
    assert not wrong, wrong


def _series(scrapes: Sequence[str], names: set[str]) -> list[Json]:
    """What a Prometheus has of these: a series that a scrape lacks is stale from it on."""
    told = [
        {name: value for name, value in _samples(one).items() if name.partition("{")[0] in names}
        for one in scrapes
    ]
    return [
        {"series": name, "values": " ".join(str(one.get(name, "stale")) for one in told)}
        for name in sorted(set().union(*told))
    ]


@cache
def _samples(scrape: str) -> dict[str, float]:
    return {
        sample.name
        + "{"
        + ",".join(f'{label}="{text}"' for label, text in sample.labels.items())
        + "}": sample.value
        for family in text_string_to_metric_families(scrape)
        for sample in family.samples
    }
