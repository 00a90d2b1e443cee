"""What kustomize makes of k8s/, and how to look at it."""

import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tests.k8s import kustomize

Json = dict[str, Any]

ROOT = Path("k8s")
OVERLAYS = {path.parent.name: path.parent for path in sorted(ROOT.glob("overlays/*/kustomization.yaml"))}
BESIDE = "green"
"""The overlay of a new version beside `prod`."""
BASES = {path.parent.name: path.parent for path in sorted(ROOT.glob("base/*/kustomization.yaml"))}
WORKLOADS = ("Deployment", "StatefulSet", "Job")


@cache
def builds() -> Mapping[str, tuple[Json, ...]]:
    """Each overlay, `overlay dev` say, and each service alone, `base gps`: all that it is made of."""
    folders = {f"overlay {name}": folder for name, folder in OVERLAYS.items()}
    folders |= {f"base {name}": folder for name, folder in BASES.items()}
    with ThreadPoolExecutor(4) as pool:
        return dict(zip(folders, pool.map(build, folders.values()), strict=True))


@cache
def _kustomize() -> str:
    program = kustomize.found()
    assert program is not None, "no kustomize: make kustomize"
    return program


def build(folder: Path) -> tuple[Json, ...]:
    """What one folder is made of; kustomize has nothing to say about it."""
    built = subprocess.run([_kustomize(), "build", folder], capture_output=True, text=True)
    assert built.returncode == 0, f"{folder}: {built.stderr}"
    assert not built.stderr, f"{folder}: {built.stderr}"
    return tuple(yaml.load_all(built.stdout, yaml.CSafeLoader))


def of_overlay(name: str) -> tuple[Json, ...]:
    """All that an overlay is made of."""
    return builds()[f"overlay {name}"]


def of_kind(objects: tuple[Json, ...], *kinds: str) -> dict[str, Json]:
    """Those of some kinds, by their names."""
    found = [one for one in objects if one["kind"] in kinds]
    named = {one["metadata"]["name"]: one for one in found}
    assert len(named) == len(found)
    return named


def settings(name: str) -> dict[str, str]:
    """An overlay's ConfigMap `city`."""
    found: dict[str, str] = of_kind(of_overlay(name), "ConfigMap")["city"]["data"]
    return found


def pod(workload: Json) -> Json:
    """What a workload's pods are made of."""
    found: Json = workload["spec"]["template"]["spec"]
    return found


def labels(workload: Json) -> dict[str, str]:
    """Its pods' labels."""
    found: dict[str, str] = workload["spec"]["template"]["metadata"]["labels"]
    return found


def chosen(selector: Json, workloads: Mapping[str, Json]) -> set[str]:
    """Names of those whose pods have all labels of a selector."""
    assert set(selector) <= {"matchLabels"}, selector
    wanted = selector.get("matchLabels", {}).items()
    return {name for name, one in workloads.items() if wanted <= labels(one).items()}


class Container(NamedTuple):
    """One of a workload's, first ones included."""

    workload: str
    spec: Json

    @property
    def target(self) -> str:
        """The image's target in compose/Dockerfile."""
        image: str = self.spec["image"].rpartition("/")[2]
        return image.partition(":")[0]

    @property
    def program(self) -> str:
        """What it runs."""
        found: str = self.spec["command"][0]
        return found

    @property
    def ports(self) -> dict[str, int]:
        """By their names."""
        return {one["name"]: one["containerPort"] for one in self.spec.get("ports", ())}

    def variables(self, config: Mapping[str, str]) -> dict[str, str]:
        """Its environment beside the image's; what comes from elsewhere has a value of its own."""
        found: dict[str, str] = {}
        for source in self.spec.get("envFrom", ()):
            assert source == {"configMapRef": {"name": "city"}}
            found |= config
        for one in self.spec.get("env", ()):
            found[one["name"]] = one.get("value", f"https://{one['name'].lower()}.example")
        return found


def containers(objects: tuple[Json, ...]) -> Iterator[Container]:
    """All containers of all workloads."""
    for name, workload in of_kind(objects, *WORKLOADS).items():
        spec = pod(workload)
        for one in (*spec.get("initContainers", ()), *spec["containers"]):
            yield Container(name, one)


def secret_files(workload: Json) -> dict[str, str]:
    """Key of the Secret `city-secrets` -> file in /run/secrets."""
    for volume in pod(workload)["volumes"]:
        if volume.get("secret", {}).get("secretName") == "city-secrets":
            return {one["key"]: one["path"] for one in volume["secret"]["items"]}
    return {}
