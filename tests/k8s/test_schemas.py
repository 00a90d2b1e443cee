"""Every overlay and each service alone builds, and is valid to a server that validates strictly."""

import os
import re
from functools import cache
from pathlib import Path

import jsonschema
import kubernetes_validate
import pytest
import yaml

from tests.k8s import crds
from tests.k8s.manifests import (
    BASES,
    OVERLAYS,
    WORKLOADS,
    Json,
    build,
    builds,
    of_kind,
    of_overlay,
    pod,
    secret_files,
)

PAGE = Path("docs/kubernetes.md")
NEWEST = kubernetes_validate.latest_version()


def validate(one: Json) -> None:
    known = crds.schemas().get((one["apiVersion"], one["kind"]))
    if known is not None:
        jsonschema.validate(one, known)
    else:
        kubernetes_validate.validate(one, NEWEST, strict=True)


@cache
def problem(text: str) -> str | None:
    """What is wrong with an object; one that is in several builds is looked at once."""
    try:
        validate(yaml.load(text, yaml.CSafeLoader))
    except jsonschema.ValidationError as error:
        return f"{error.json_path}: {error.message[:500]}"
    return None


def test_each_object_is_valid(built: tuple[Json, ...]) -> None:
    for one in built:
        # The namespace is the overlay's, and no part of what may be wrong.
        metadata = {key: value for key, value in one["metadata"].items() if key != "namespace"}
        found = problem(yaml.dump(one | {"metadata": metadata}, Dumper=yaml.CSafeDumper))
        assert found is None, f"{one['kind']} {one['metadata']['name']}: {found}"


@pytest.mark.parametrize(
    "wrong",
    [
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {"port": []}},
        {
            "apiVersion": "keda.sh/v1alpha1",
            "kind": "ScaledObject",
            "metadata": {"name": "a"},
            "spec": {"scaleTargetRef": {"name": "a"}, "triggers": [], "maxReplicas": 3},
        },
        {
            "apiVersion": "monitoring.coreos.com/v1",
            "kind": "ServiceMonitor",
            "metadata": {"name": "a"},
            "spec": {"selector": {}, "endpoints": [{"port": 9100}]},
        },
    ],
    ids=lambda one: one["kind"],
)
def test_a_field_that_is_not_there_or_of_another_type_is_refused(wrong: Json) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validate(wrong)


def test_a_service_is_one_folder_that_can_be_applied_alone() -> None:
    for name in set(BASES) - {"network", "monitoring", "jobs"}:
        objects = builds()[f"base {name}"]
        assert set(of_kind(objects, *WORKLOADS)) == {name}
        assert {one["metadata"]["labels"]["app.kubernetes.io/name"] for one in objects} == {name}


def test_overlays_have_all_services_and_the_same_kinds() -> None:
    kinds = {name: {one["kind"] for one in of_overlay(name)} for name in OVERLAYS}
    assert kinds["prod"] == kinds["dev"] | {"TriggerAuthentication"}
    services = set(BASES) - {"network", "monitoring", "jobs"} | {"topics", "bucket"}
    assert set(of_kind(of_overlay("dev"), *WORKLOADS)) == services
    assert set(of_kind(of_overlay("prod"), *WORKLOADS)) == services - {"simulator"}


def test_all_that_is_named_is_there_or_is_asked_of_who_applies_it(built: tuple[Json, ...]) -> None:
    page = PAGE.read_text()
    for name, workload in of_kind(built, *WORKLOADS).items():
        for volume in pod(workload)["volumes"]:
            source = volume.get("configMap", {}).get("name") or volume.get("secret", {}).get("secretName")
            assert source is None or f"`{source}`" in page, f"{name}: {source}"
        assert all(f"`{key}`" in page for key in secret_files(workload)), name
        claims = {one["metadata"]["name"] for one in workload["spec"].get("volumeClaimTemplates", ())}
        there = claims | {volume["name"] for volume in pod(workload)["volumes"]}
        for one in (*pod(workload)["containers"], *pod(workload).get("initContainers", ())):
            assert {mount["name"] for mount in one["volumeMounts"]} <= there


def test_a_model_on_a_volume_takes_the_place_of_the_config_map(tmp_path: Path) -> None:
    (patches,) = re.findall(r"```yaml\n(patches:\n.*?)```", PAGE.read_text(), re.DOTALL)
    base = os.path.relpath(BASES["gps"], tmp_path)
    (tmp_path / "kustomization.yaml").write_text(f"resources: [{base}]\n{patches}")
    (gps,) = of_kind(build(tmp_path), "StatefulSet").values()
    (model,) = [one for one in pod(gps)["volumes"] if one["name"] == "model"]
    assert set(model) == {"name", "persistentVolumeClaim"}
