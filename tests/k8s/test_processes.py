"""Each command, setting, user, probe and folder is one that the program and its image have."""

import re
import tomllib
from pathlib import Path

import click
import pytest

from batch.airflow import settings as airflow_settings
from citystream import health
from citystream.secrets import VARIABLE as SECRETS_DIR
from citystream.settings import Settings, load
from citystream.worker import DRAIN_S
from gateway import operations
from gateway.settings import GatewaySettings
from tests.compose.files import BASE as COMPOSE
from tests.compose.files import read
from tests.harness.command_lines import PROGRAMS, VARIABLES, parsed
from tests.harness.dockerfile import Image, images
from tests.k8s.manifests import (
    WORKLOADS,
    Container,
    Json,
    containers,
    of_kind,
    of_overlay,
    pod,
    secret_files,
    settings,
)

PROJECT = tomllib.loads(Path("pyproject.toml").read_text())["project"]
SECRETS = {name for name in Settings.model_fields if "Secret" in str(Settings.model_fields[name].annotation)}
ROUTE = re.compile(r'[Rr]oute\("(/\w+)"')
ROUTES = {"health": health, "operations": operations}


def image_of(one: Container) -> Image:
    return images()[one.target]


def test_a_command_is_one_of_its_image(built: tuple[Json, ...]) -> None:
    for one in containers(built):
        if one.program in PROGRAMS:
            parsed(one.spec["command"])
            # `city` is in every image; the others need what only their image has.
            assert one.program in ("city", image_of(one).command[0])
        else:
            assert one.target == "airflow"


@pytest.mark.parametrize(
    "wrong", [["city-gps", "work"], ["city-gps", "worker", "--role", "forecast"]], ids=str
)
def test_a_command_that_is_not_there_is_found(wrong: list[str]) -> None:
    with pytest.raises(click.UsageError):
        parsed(wrong)


def test_an_image_is_of_this_version(built: tuple[Json, ...]) -> None:
    for one in containers(built):
        assert one.spec["image"].endswith(f"citystream/{one.target}:{PROJECT['version']}")


def test_airflows_parts_are_those_of_compose(overlay: str) -> None:
    compose = {
        tuple(one["command"]): one for one in read(COMPOSE)["services"].values() if "airflow" in one["image"]
    }
    text = COMPOSE.read_text()
    found = [one for one in containers(of_overlay(overlay)) if one.target == "airflow"]
    assert len(found) == 4
    for one in found:
        if one.program == "airflow":
            assert tuple(one.spec["command"]) in compose
        else:
            for line in ("airflow db migrate", "airflow pools get batch", "airflow pools set batch 1"):
                assert line in one.spec["command"][-1]
                assert line in text
        for name in one.variables({}):
            # A value, or a command that tells it.
            assert name in airflow_settings.DEFAULTS or name.removesuffix("_CMD") in text, name
        for probe in probes(one):
            if "httpGet" in probe:
                port = one.ports[probe["httpGet"]["port"]]
                assert f":{port}{probe['httpGet']['path']}'" in text


def test_each_variable_is_a_setting(overlay: str) -> None:
    assert settings(overlay).keys() <= VARIABLES
    for one in containers(of_overlay(overlay)):
        for name in one.variables({}):
            assert name in VARIABLES or (name.startswith("AIRFLOW__") and one.target == "airflow"), name


def test_a_process_starts_with_these_settings_and_has_what_they_name(
    overlay: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tmp_path / "city.geojson"
    model.write_text("{}")
    workloads = of_kind(of_overlay(overlay), *WORKLOADS)
    for one in containers(of_overlay(overlay)):
        folder = tmp_path / one.workload
        folder.mkdir(exist_ok=True)
        files = secret_files(workloads[one.workload])
        for path in files.values():
            (folder / path).write_text(path * 4)
        environment = image_of(one).environment | one.variables(settings(overlay))
        mounts = {mount["mountPath"]: mount.get("readOnly", False) for mount in one.spec["volumeMounts"]}
        assert mounts[environment[SECRETS_DIR]]
        assert mounts[str(Path(environment["CITY_MODEL"]).parent)]
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                if name.startswith("CITY_"):
                    patch.setenv(name, value)
            patch.setenv(SECRETS_DIR, str(folder))
            patch.setenv("CITY_MODEL", str(model))
            told = load()
            if one.target == "gateway":
                own = GatewaySettings()
                assert mounts[str(own.users_file.parent)]
                assert (one.ports["http"], one.ports["operations"]) == (own.port, own.operations_port)
                assert "0.0.0.0" == own.host == own.operations_host
            elif one.target == "airflow":
                own_settings = airflow_settings.settings(environment | {"CITY_MODEL": str(model)})
                assert mounts[own_settings.scratch] is False
                assert mounts[environment["AIRFLOW_HOME"]] is False
            elif "health" in one.ports:
                assert told.health_port == one.ports["health"]
                assert told.health_host == "0.0.0.0"
                assert mounts[str(told.data_dir)] is False
                assert told.stuck_s <= lasts(one.spec["startupProbe"])
        # What it reaches asks who it is.
        reached = workloads[one.workload]["spec"]["template"]["metadata"]["labels"]
        for server, needed in (("kafka", "password"), ("redis", "password"), ("s3", "secret_key")):
            assert (f"reaches-{server}" in reached) <= (f"city_{server}_{needed}" in files)


def probes(one: Container) -> list[Json]:
    return [value for key, value in one.spec.items() if key.endswith("Probe")]


def lasts(probe: Json) -> int:
    """Seconds for which it may fail."""
    seconds: int = probe["periodSeconds"] * probe["failureThreshold"]
    return seconds


def test_a_probe_asks_for_what_is_served(built: tuple[Json, ...]) -> None:
    for one in containers(built):
        if one.target == "airflow" or of_kind(built, "Job").get(one.workload):
            continue
        if one.target == "simulator":
            (file,) = re.findall(r"/data/\w+\.json", one.spec["livenessProbe"]["exec"]["command"][-1])
            assert file in one.spec["command"]
            assert file in image_of(one).check[-1]
            continue
        assert {"startupProbe", "readinessProbe", "livenessProbe"} <= set(one.spec)
        assert set(one.ports.values()) == image_of(one).ports
        for probe in probes(one):
            port, path = probe["httpGet"]["port"], probe["httpGet"]["path"]
            assert port in one.ports
            source = Path(str(ROUTES[port].__file__)).read_text()
            assert path in ROUTE.findall(source)
        # Who only waits for its turn, or for a server, is not killed for it.
        assert one.spec["livenessProbe"]["httpGet"]["path"] == "/healthz"


def test_a_process_has_time_to_end(built: tuple[Json, ...]) -> None:
    for name, one in of_kind(built, "StatefulSet", "Deployment").items():
        if name != "simulator":
            assert pod(one)["terminationGracePeriodSeconds"] > DRAIN_S + 5


def test_pods_are_restricted_and_the_images_user(built: tuple[Json, ...]) -> None:
    for name, workload in of_kind(built, *WORKLOADS).items():
        spec = pod(workload)
        context = spec["securityContext"]
        assert context["runAsNonRoot"] is True
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False
        # Or a Service `city-gateway` would set CITY_GATEWAY_PORT=tcp://…
        assert spec["enableServiceLinks"] is False
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
        assert all({"emptyDir", "configMap", "secret"} & set(volume) for volume in spec["volumes"])
        for one in containers(built):
            if one.workload == name:
                assert str(context["runAsUser"]) == str(context["fsGroup"]) == image_of(one).user
                assert one.spec["securityContext"] == {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                }
                assert (
                    one.spec["resources"]["limits"]["memory"] == one.spec["resources"]["requests"]["memory"]
                )
                assert {"name": "tmp", "mountPath": "/tmp"} in one.spec["volumeMounts"]


def test_the_namespace_takes_restricted_pods_alone(overlay: str) -> None:
    (namespace,) = of_kind(of_overlay(overlay), "Namespace").values()
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for one in of_overlay(overlay):
        if one["kind"] != "Namespace":
            assert one["metadata"]["namespace"] == namespace["metadata"]["name"]


def test_a_worker_is_the_same_member_when_it_comes_back(built: tuple[Json, ...]) -> None:
    for name, one in of_kind(built, "StatefulSet").items():
        if name == "airflow":
            continue
        (main,) = pod(one)["containers"]
        assert {
            "name": "CITY_KAFKA_INSTANCE_ID",
            "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}},
        } in main["env"]
        assert one["spec"]["podManagementPolicy"] == "Parallel"
        assert {"name": "data", "mountPath": "/data"} in main["volumeMounts"]
        assert [claim["metadata"]["name"] for claim in one["spec"]["volumeClaimTemplates"]] == ["data"]
        assert one["spec"]["serviceName"] in of_kind(built, "Service")


def test_no_secret_is_in_git(built: tuple[Json, ...]) -> None:
    assert not of_kind(built, "Secret")
    for config in of_kind(built, "ConfigMap").values():
        assert not {f"CITY_{name.upper()}" for name in SECRETS} & set(config["data"])
    for one in containers(built):
        for variable in one.spec.get("env", ()):
            name = variable["name"].removeprefix("CITY_").lower()
            assert name not in SECRETS or "value" not in variable
