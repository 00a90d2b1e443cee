"""The Prometheus that Compose runs, built from its source, and what it answers."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx

from demo.servers.tools import fetched, run, tool

COMPOSE = Path(__file__).parents[2] / "compose" / "docker-compose.yml"
MODULE = "github.com/prometheus/prometheus"
BUILD_S = 1_200.0
"""A minute to some on two cores, with room for a slow network."""


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
    go = tool("go", "install Go: Prometheus is built from its source")
    major, minor, patch = version().split(".")
    # As a module it counts its own way: 3.5.4 is v0.305.4.
    module = f"{MODULE}@v0.{major}{int(minor):02}.{patch}"
    run([go, "mod", "download", module], BUILD_S)
    told = subprocess.run([go, "mod", "download", "-json", module], cwd=into, capture_output=True, check=True)
    # Its go.mod replaces a module, so `go install` refuses; Go's own copy of it is not to be written to.
    sources = into / "sources"
    shutil.copytree(json.loads(told.stdout)["Dir"], sources, copy_function=shutil.copyfile)
    for folder, _, _ in os.walk(sources):
        os.chmod(folder, 0o755)
    run([go, "build", "-C", str(sources), "-o", f"{into}/", *(f"./cmd/{one}" for one in commands)], BUILD_S)
    shutil.rmtree(sources)


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
