"""Every Compose file, alone and merged: valid, pinned, bounded, checked, and without a secret."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from batch.airflow import settings as airflow_settings
from citystream.settings import Settings
from gateway.settings import GatewaySettings
from tests.compose.files import BASE, FOLDER, OVERLAYS, Json, is_job, projects, read, schema
from tests.harness.exporters import BUILT as EXPORTERS

PROJECTS = projects()
SERVICES = [(project, name) for project, found in PROJECTS.items() for name in found["services"]]
PYPROJECT = tomllib.loads(Path("pyproject.toml").read_text())["project"]
KNOWN_VARIABLES = {
    *(f"CITY_{name.upper()}" for name in Settings.model_fields),
    *(f"CITY_GATEWAY_{name.upper()}" for name in GatewaySettings.model_fields),
    *airflow_settings.DEFAULTS,
}
# Airflow's image has city-batch in it.
EXTRAS = {"airflow": "batch"}
SECRET_NAME = re.compile(r"PASSWORD|SECRET|_KEY|TOKEN|AUTH", re.IGNORECASE)
FROM_SECRETS = re.compile(r"\$\{([A-Z0-9_]+):\?run compose/generate-secrets\.sh\}")


def service(project: str, name: str) -> Json:
    found: Json = PROJECTS[project]["services"][name]
    return found


def environment(one: Json) -> dict[str, str]:
    found: dict[str, str] = one.get("environment", {})
    return found


def texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)
    else:
        yield str(value)


@pytest.mark.parametrize("path", [BASE, *OVERLAYS], ids=str)
def test_a_file_follows_the_compose_schema(path: Path) -> None:
    jsonschema.Draft7Validator(schema()).validate(read(path))


@pytest.mark.parametrize("project", PROJECTS)
def test_files_together_follow_the_compose_schema(project: str) -> None:
    jsonschema.Draft7Validator(schema()).validate(PROJECTS[project])


def test_the_schema_refuses_what_compose_does_not_know() -> None:
    wrong = read(BASE)
    wrong["services"]["gps"] = wrong["services"]["gps"] | {"comand": ["city-gps"]}
    with pytest.raises(jsonschema.ValidationError, match="comand"):
        jsonschema.Draft7Validator(schema()).validate(wrong)


def test_the_whole_platform_is_there() -> None:
    assert set(PROJECTS[BASE.name]["services"]) >= {
        *("gps", "traffic", "forecast", "emergency", "weather", "camera", "gateway"),
        *(
            "kafka",
            "redis",
            "s3",
            "elasticsearch",
            "kibana",
            "prometheus",
            "alertmanager",
            "grafana",
            "postgres",
        ),
        *("topics", "bucket", "model", "gateway-user", "elasticsearch-users"),
        *("airflow-scheduler", "airflow-api-server", "airflow-dag-processor", "airflow-database"),
        *EXPORTERS,
    }
    assert set(PROJECTS["docker-compose.legacy.yml"]["services"]) >= {
        *("zookeeper", "broker", "spark-master", "spark-worker-1", "spark-worker-2"),
    }


@pytest.mark.parametrize(("project", "name"), SERVICES)
def test_a_service_is_checked_or_a_job(project: str, name: str) -> None:
    one = service(project, name)
    if is_job(one):
        assert "healthcheck" not in one
    else:
        assert one["restart"] == "unless-stopped"
        assert {"test", "interval", "timeout", "retries"} <= set(one["healthcheck"])


@pytest.mark.parametrize(("project", "name"), SERVICES)
def test_a_check_asks_where_the_process_answers(project: str, name: str) -> None:
    one = service(project, name)
    asked = re.search(r"127\.0\.0\.1:(\d+)/healthz", " ".join(one.get("healthcheck", {}).get("test", [])))
    answers = environment(one).get("CITY_GATEWAY_OPERATIONS_PORT") or environment(one).get("CITY_HEALTH_PORT")
    if asked and answers:
        assert asked[1] == answers
    elif one["image"].startswith("citystream/") and answers and not is_job(one):
        assert name == "simulator"  # it has no port


@pytest.mark.parametrize(("project", "name"), SERVICES)
def test_a_service_has_bounds(project: str, name: str) -> None:
    one = service(project, name)
    assert set(one["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
    assert {"max-size", "max-file"} <= set(one["logging"]["options"])
    assert one["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize(("project", "name"), SERVICES)
def test_an_image_has_a_version(project: str, name: str) -> None:
    one = service(project, name)
    image, _, tag = one["image"].rpartition(":")
    assert re.match(r"v?\d+\.\d+", tag), one["image"]
    if image.startswith("citystream/"):
        assert tag == PYPROJECT["version"]
        process = image.removeprefix("citystream/")
        assert one["build"]["args"]["EXTRA"] == EXTRAS.get(process, process)
        assert one["build"]["args"]["EXTRA"] in PYPROJECT["optional-dependencies"]
        dockerfile = FOLDER / one["build"]["context"] / one["build"]["dockerfile"]
        stages = re.findall(r"^FROM .+ AS (\w+)$", dockerfile.read_text(), re.M)
        assert one["build"].get("target", "process") in stages


@pytest.mark.parametrize(("project", "name"), SERVICES)
def test_our_processes_are_started_by_commands_that_exist(project: str, name: str) -> None:
    one = service(project, name)
    if one["image"].startswith("citystream/"):
        used = set(re.findall(r"\b(?:city(?:-[a-z]+)?|airflow)(?= )", " ".join(one["command"])))
        assert used
        assert used <= {*PYPROJECT["scripts"], "airflow"}


@pytest.mark.parametrize(("project", "name"), SERVICES)
def test_a_variable_of_ours_is_a_setting(project: str, name: str) -> None:
    found = {key for key in environment(service(project, name)) if key.startswith("CITY_")}
    assert found <= KNOWN_VARIABLES


@pytest.mark.parametrize(("project", "name"), SERVICES)
def test_a_secret_comes_from_the_secrets_file(project: str, name: str) -> None:
    one = service(project, name)
    for key, value in environment(one).items():
        if SECRET_NAME.search(key):
            assert FROM_SECRETS.fullmatch(value), f"{key} is written out"
    for text in texts([one.get("command"), one.get("entrypoint"), one.get("healthcheck")]):
        assert not re.search(r"(?<!\$)\$\{?\w*(PASSWORD|SECRET|KEY|AUTH)", text), (
            "a secret among the arguments"
        )


@pytest.mark.parametrize("project", PROJECTS)
def test_ports_open_on_this_host_alone_and_once(project: str) -> None:
    found: list[str] = []
    for one in PROJECTS[project]["services"].values():
        if "kraft" in one.get("profiles", []):
            continue
        for port in one.get("ports", []):
            match = re.fullmatch(
                r"(?:127\.0\.0\.1|\$\{BIND_ADDRESS:-127\.0\.0\.1\}):\$\{\w+_PORT:-(\d+)\}:\d+", port
            )
            assert match, f"{port} is open to other hosts"
            found.append(match[1])
    assert [port for port, times in Counter(found).items() if times > 1] == []


@pytest.mark.parametrize(("project", "name"), SERVICES)
def test_what_a_service_waits_for_is_there_and_can_come(project: str, name: str) -> None:
    for other, how in service(project, name).get("depends_on", {}).items():
        job = is_job(service(project, other))
        assert how["condition"] == ("service_completed_successfully" if job else "service_healthy")


@pytest.mark.parametrize(("project", "name"), SERVICES)
def test_a_mount_is_a_volume_or_a_file_of_ours(project: str, name: str) -> None:
    for mount in service(project, name).get("volumes", []):
        source, separator, _ = mount.partition(":")
        if source == "/":
            assert (name, mount) == ("node-exporter", "/:/host:ro,rslave")
        elif separator and source.startswith("."):
            assert (FOLDER / source).exists()
        elif separator:
            assert source in PROJECTS[project]["volumes"]


@pytest.mark.parametrize(("project", "name"), SERVICES)
def test_a_server_that_is_named_is_on_the_same_network(project: str, name: str) -> None:
    one = service(project, name)
    assert set(one["networks"]) <= set(PROJECTS[project]["networks"])
    named = [
        host
        for key, value in environment(one).items()
        if key in ("CITY_KAFKA", "CITY_REDIS", "CITY_S3", "CITY_ELASTICSEARCH", "ELASTICSEARCH_HOSTS")
        for host in re.findall(r"(?:^|//)([a-z0-9-]+):\d+", value)
    ]
    for host in named:
        assert set(one["networks"]) & set(service(project, host)["networks"])


def test_the_overlay_sends_everything_to_its_broker() -> None:
    found = PROJECTS["docker-compose.legacy.yml"]["services"]
    assert found["kafka"]["profiles"] == ["kraft"]
    for name in ("gps", "traffic", "forecast", "emergency", "weather", "camera", "simulator", "topics"):
        assert found[name]["environment"]["CITY_KAFKA"] == "broker:9092"
    for name in ("topics", "kafka-exporter"):
        assert found[name]["depends_on"]["kafka"]["required"] is False
        assert found[name]["depends_on"]["broker"]["condition"] == "service_healthy"
    ours, theirs = (PROJECTS[project]["services"]["kafka-exporter"]["command"] for project in PROJECTS)
    assert theirs == [word.replace("kafka:9092", "broker:9092") for word in ours]


def test_redis_makes_room_and_its_memory_fits() -> None:
    command = " ".join(service(BASE.name, "redis")["command"])
    assert "--maxmemory ${REDIS_MAXMEMORY:-1gb}" in command
    assert "--maxmemory-policy allkeys-lru" in command
