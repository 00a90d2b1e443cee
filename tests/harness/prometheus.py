"""The Prometheus that Compose runs, built from its source, and what it answers."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from demo.servers.server import Server, http_status
from demo.servers.tools import fetched
from tests.harness import go

COMPOSE = Path(__file__).parents[2] / "compose" / "docker-compose.yml"
MODULE = "github.com/prometheus/prometheus"


def version() -> str:
    """Of the image in Compose, without its `v`."""
    found = re.search(r"image: prom/prometheus:v(\S+)", COMPOSE.read_text())
    assert found, COMPOSE
    return found[1]


def installed() -> Path:
    """Folder with `prometheus` and `promtool` of that version; built the first time.

    Raises:
        ServerError: Go is missing, or the build failed.
    """
    return fetched(f"prometheus-{version()}", lambda into: build(into, "prometheus", "promtool"))


def build(into: Path, *commands: str) -> None:
    """Make its commands in a folder.

    Raises:
        ServerError: Go is missing, or the build failed.
    """
    major, minor, patch = version().split(".")
    # As a module it counts its own way: 3.5.4 is v0.305.4.
    go.build(into, f"{MODULE}@v0.{major}{int(minor):02}.{patch}", *(f"./cmd/{one}" for one in commands))


class Prometheus(Server):
    """One of that version, with a configuration as Prometheus's own files have it."""

    name = "prometheus"

    def __init__(self, directory: Path, config: Mapping[str, Any]) -> None:
        super().__init__(directory)
        self._config = config

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        # JSON is YAML.
        (self.directory / "prometheus.yml").write_text(json.dumps(self._config, indent=2))

    def command(self) -> list[str]:
        return [
            str(installed() / "prometheus"),
            f"--config.file={self.directory / 'prometheus.yml'}",
            f"--storage.tsdb.path={self.directory / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
        ]

    def answers(self) -> bool:
        return http_status(self.port, "/-/ready") == 200


class Asked:
    """Questions to a Prometheus that runs."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=f"{url}/api/v1", timeout=30)

    def close(self) -> None:
        self._client.close()

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Series of an instant query; none is an empty list.

        Raises:
            AssertionError: it is no query.
        """
        answer = self._client.post("/query", data={"query": expression}).json()
        assert answer["status"] == "success", (expression, answer)
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found

    def alerts(self) -> dict[str, str]:
        """Name of each that is pending or fires -> its state; of several series the worst."""
        told = self._client.get("/alerts").json()["data"]["alerts"]
        states = sorted((one["labels"]["alertname"], one["state"] == "firing") for one in told)
        return {name: "firing" if fires else "pending" for name, fires in states}

    def healthy_targets(self) -> set[str]:
        """Processes that were scraped."""
        return {one["metric"]["process"] for one in self.query("up == 1")}
