"""Prometheus beside the city: where its processes answer, and one that asks them if this machine has it."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from demo.plan import Plan
from demo.servers.ports import free_port
from demo.servers.process import Process
from demo.supervision import Child

PORT = 9_090
SCRAPE = "5s"
RULES = Path(__file__).parents[1] / "compose" / "prometheus" / "alerts.yml"
ABSENT = (
    "no Prometheus on this machine, so none is started (Debian: apt-get install prometheus; or name one with "
    "PROMETHEUS=/path/to/prometheus)"
)


def targets(health_ports: Mapping[str, int]) -> list[dict[str, object]]:
    """What Prometheus's `file_sd_configs` reads, with the labels that our rules and dashboards go by.

    `health_ports`: process -> port of its `/metrics`.
    """
    return [
        {
            "targets": [f"127.0.0.1:{port}"],
            "labels": {"job": "gateway" if process == "gateway" else "city", "process": process},
        }
        for process, port in health_ports.items()
    ]


def write_targets(plan: Plan, health_ports: Mapping[str, int]) -> None:
    """Tell any Prometheus where the city is."""
    plan.targets_file.parent.mkdir(parents=True, exist_ok=True)
    plan.targets_file.write_text(json.dumps(targets(health_ports), indent=2))


def prometheus() -> str | None:
    """The program, if there is one."""
    return shutil.which(os.environ.get("PROMETHEUS", "prometheus"))


class Monitoring:
    """A Prometheus of the demo's own, as one of its processes."""

    def __init__(self, plan: Plan, program: str) -> None:
        self._folder = plan.targets_file.parent
        self._port = free_port(PORT)
        command = [
            program,
            f"--config.file={self._config}",
            f"--storage.tsdb.path={self._folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self._port}",
            "--log.level=warn",
        ]
        self.child = Child(Process("prometheus", command, plan.logs / "prometheus.log"))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def _config(self) -> Path:
        return self._folder / "prometheus.yml"

    def write_config(self) -> None:
        """What it reads at its start: the targets' file, and the rules of the checkout."""
        config = {
            "global": {"scrape_interval": SCRAPE, "evaluation_interval": SCRAPE},
            "rule_files": [str(RULES)] if RULES.exists() else [],
            "scrape_configs": [{"job_name": "city", "file_sd_configs": [{"files": ["targets.json"]}]}],
        }
        # JSON is YAML.
        self._config.write_text(json.dumps(config, indent=2))
