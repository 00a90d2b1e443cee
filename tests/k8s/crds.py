"""Schemas of what KEDA and the Prometheus operator add to Kubernetes, from the sources of these versions."""

import re
import shutil
from functools import cache as once
from pathlib import Path
from typing import Any

import yaml

from batch.airflow.install import cache
from tests.harness import go
from tests.harness.programs import put

Json = dict[str, Any]

KEDA = "github.com/kedacore/keda/v2@v2.21.0"
OPERATOR = "github.com/prometheus-operator/prometheus-operator@v0.85.0"
FILES = {
    KEDA: (
        "config/crd/bases/keda.sh_scaledobjects.yaml",
        "config/crd/bases/keda.sh_triggerauthentications.yaml",
        "pkg/scalers/kafka_scaler.go",
    ),
    OPERATOR: (
        "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml",
        "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml",
    ),
}
READ = re.compile(r'keda:"name=(\w+),order=([\w;]+)')


def folder() -> Path:
    """Where they lie: in the user's cache folder, for every clone."""
    versions = "-".join(module.rpartition("@")[2] for module in FILES)
    return cache() / f"crds-{versions}"


def fetch() -> None:
    """Have them there.

    Raises:
        NoProgramError: they can't be had.
    """
    if not folder().exists():
        put("crds", folder(), _copy)


def _copy(into: Path) -> str:
    (into / "partial").mkdir()
    for module, files in FILES.items():
        sources = go.module(module)
        for file in files:
            shutil.copyfile(sources / file, into / "partial" / Path(file).name)
    (into / "partial").rename(into / "crds")
    return ""


@once
def schemas() -> dict[tuple[str, str], Json]:
    """apiVersion and kind -> JSON Schema that refuses a field it does not name."""
    assert folder().exists(), f"no {folder()}: make kustomize"
    found = {}
    for file in sorted(folder().glob("*.yaml")):
        crd = yaml.load(file.read_text(), yaml.CSafeLoader)
        for version in crd["spec"]["versions"]:
            name = f"{crd['spec']['group']}/{version['name']}", crd["spec"]["names"]["kind"]
            found[name] = strict(version["schema"]["openAPIV3Schema"])
    return found


def strict(schema: Any) -> Any:
    """A schema whose objects take no field but those that it names, as a server that validates strictly."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: strict(value) for key, value in schema.items()}
    if isinstance(schema.get("pattern"), str):
        # Go's expressions may set a flag in their middle, Python's may not.
        inner["pattern"] = re.sub(r"^(.*)(\(\?i\))", r"\2\1", schema["pattern"])
    # Not a field that is called "properties".
    closed = isinstance(schema.get("properties"), dict) and schema.get("type") == "object"
    if closed and not schema.get("x-kubernetes-preserve-unknown-fields"):
        inner.setdefault("additionalProperties", False)
    return inner


@once
def kafka_trigger() -> dict[str, set[str]]:
    """What KEDA reads of a Kafka trigger: its metadata's names, and an authentication's parameters."""
    source = (folder() / "kafka_scaler.go").read_text()
    found: dict[str, set[str]] = {"triggerMetadata": set(), "authParams": set()}
    for name, places in READ.findall(source):
        for place in places.split(";"):
            if place in found:
                found[place].add(name)
            elif place == "resolvedEnv":
                found["triggerMetadata"].add(f"{name}FromEnv")
    return found
