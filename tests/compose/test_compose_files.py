"""Every Compose file, alone and merged: valid, pinned, bounded, checked, and without a secret."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import jsonschema
import pytest

from tests.compose.files import (
    BASE,
    FOLDER,
    OVERLAYS,
    Json,
    interpolated,
    is_job,
    merge,
    ours,
    projects,
    read,
    schema,
    script,
    targets,
    texts,
)
from tests.harness import dockerfile
from tests.harness.exporters import BUILT as EXPORTERS

PROJECTS = projects()
IMAGES = dockerfile.images()
SERVICES = [(project, name) for project, found in PROJECTS.items() for name in found["services"]]
PYPROJECT = tomllib.loads(Path("pyproject.toml").read_text())["project"]
SECRET_NAME = re.compile(r"PASSWORD|SECRET|_KEY|TOKEN|AUTH|WEBHOOK|SQL_ALCHEMY_CONN", re.IGNORECASE)
SECRET_FILE = re.compile(r"/run/secrets/(\w+)")


def service(project: str, name: str) -> Json:
    found: Json = PROJECTS[project]["services"][name]
    return found


def environment(one: Json) -> dict[str, str]:
    found: dict[str, str] = one.get("environment", {})
    return found


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
        *("gps", "traffic", "forecast", "emergency", "weather", "camera", "gateway", "simulator", "batch"),
        *("kafka", "redis", "s3", "elasticsearch", "kibana", "postgres"),
        *("prometheus", "alertmanager", "grafana"),
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
        # It may be of an image with a check, which would ask a process that is not there.
        assert one["healthcheck"] == {"disable": True}
        return
    assert one["restart"] == "unless-stopped"
    if ours(one) and IMAGES[ours(one)].check:
        assert "healthcheck" not in one
    else:
        assert {"test", "interval", "timeout", "retries"} <= set(one["healthcheck"])


@pytest.mark.parametrize(("project", "name"), SERVICES)
def test_a_service_has_bounds(project: str, name: str) -> None:
    one = service(project, name)
    assert set(one["deploy"]["resources"]["limits"]) == {"cpus", "memory"}
    assert {"max-size", "max-file"} <= set(one["logging"]["options"])
    assert one["security_opt"] == ["no-new-privileges:true"]
    if ours(one):
        assert (one["read_only"], one["tmpfs"], one["cap_drop"]) == (True, ["/tmp"], ["ALL"])


@pytest.mark.parametrize(("project", "name"), SERVICES)
def test_an_image_has_a_version(project: str, name: str) -> None:
    one = service(project, name)
    _, _, tag = one["image"].rpartition(":")
    assert re.match(r"v?\d+\.\d+", tag), one["image"]
    if not ours(one):
        assert "build" not in one
        return
    assert tag == PYPROJECT["version"]
    assert ours(one) in IMAGES
    assert one["build"] == {
        "context": "..",
        "dockerfile": "compose/Dockerfile",
        "target": ours(one),
        "secrets": ["registry", "registry_ca"],
        "args": {"BASE": one["build"]["args"]["BASE"]},
    }
    assert (FOLDER / one["build"]["context"] / one["build"]["dockerfile"]).is_file()


@pytest.mark.parametrize(("project", "name"), SERVICES)
def test_no_secret_is_a_variable_or_an_argument(project: str, name: str) -> None:
    """Not even for Compose itself: a variable's value is seen by whoever may look at containers."""
    one = service(project, name)
    for key, value in environment(one).items():
        if SECRET_NAME.search(key):
            assert key.endswith(("_FILE", "_CMD")), key
            assert SECRET_FILE.search(value), key
        assert not re.search(r"://[^/$%]*:[^/$%]*@", value), f"{key} has a password"
    for text in texts(one):
        assert not re.search(r"(?<!\$)\$\{\w*(PASSWORD|SECRET|KEY|AUTH|WEBHOOK)", text), text
    for text in texts(interpolated([one.get("command"), one.get("entrypoint"), one.get("healthcheck")])):
        # The shell's own commands, and files, get what `cat` says; of a program it would be an argument.
        for line in re.split(r"[;|]|&&", text):
            if "$(cat /run/secrets/" in line:
                assert re.match(r"\s*(printf|umask|[A-Z_]+=)", line), line


@pytest.mark.parametrize(("project", "name"), SERVICES)
def test_a_service_has_the_secrets_that_it_reads_and_no_other(project: str, name: str) -> None:
    one = service(project, name)
    mounted = [FOLDER / mount.partition(":")[0] for mount in one.get("volumes", []) if mount.startswith(".")]
    named = [path.read_text() for path in mounted if path.is_file()]
    named += [
        file.read_text() for path in mounted if path.is_dir() for file in path.rglob("*") if file.is_file()
    ]
    read_here = set(SECRET_FILE.findall("\n".join([*texts(one), *named])))
    read_here |= set(re.findall(r"\$\(secret (\w+)\)", "\n".join(named)))
    given = set(one.get("secrets", []))
    assert given <= set(PROJECTS[project]["secrets"])
    assert read_here <= given
    unread = given - read_here
    # What begins with city_ is a setting, and read by its name: see test_compose_processes.
    assert all(ours(one) and secret.startswith("city_") for secret in unread), unread


@pytest.mark.parametrize("project", PROJECTS)
def test_ports_open_on_this_host_alone_and_once(project: str) -> None:
    found: list[str] = []
    for one in PROJECTS[project]["services"].values():
        if "kraft" in one["profiles"]:
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
def test_what_a_process_of_ours_writes_to_is_a_volume(project: str, name: str) -> None:
    """Its own files are read-only."""
    one = service(project, name)
    volumes = set(targets(one))
    written = {path for text in texts(one.get("command")) for path in re.findall(r"(/data|/airflow)\b", text)}
    if ours(one):
        assert written <= volumes
        assert "/data" in volumes or is_job(one) or ours(one) == "gateway"


@pytest.mark.parametrize(("project", "name"), SERVICES)
def test_a_server_that_is_named_is_on_the_same_network(project: str, name: str) -> None:
    one = service(project, name)
    assert set(one["networks"]) <= set(PROJECTS[project]["networks"])
    named = [
        host
        for value in environment(one).values()
        for host in re.findall(r"(?:^|//|@)([a-z][a-z0-9-]*):\d+", value)
        if host != name
    ]
    for host in named:
        assert set(one["networks"]) & set(service(project, host)["networks"])


def test_the_overlay_sends_everything_to_its_broker() -> None:
    base, found = PROJECTS[BASE.name]["services"], PROJECTS["docker-compose.legacy.yml"]["services"]
    assert found["kafka"]["profiles"] == ["kraft"]
    sent = {name for name, one in found.items() if environment(one).get("CITY_KAFKA") == "broker:9092"}
    assert sent == {name for name, one in base.items() if "CITY_KAFKA" in environment(one)}
    assert len(sent) == 8
    for name in ("topics", "kafka-exporter"):
        assert found[name]["depends_on"]["kafka"]["required"] is False
        assert found[name]["depends_on"]["broker"]["condition"] == "service_healthy"
    commands = (PROJECTS[project]["services"]["kafka-exporter"]["command"] for project in PROJECTS)
    own, overlaid = commands
    assert overlaid == [word.replace("kafka:9092", "broker:9092") for word in own]


def test_without_the_tag_an_overlay_would_only_add() -> None:
    assert merge({"profiles": ["core"]}, {"profiles": ["kraft"]}) == {"profiles": ["core", "kraft"]}


def test_redis_makes_room_and_its_memory_fits() -> None:
    command = script(service(BASE.name, "redis"))
    assert "--maxmemory 1gb" in command
    assert "--maxmemory-policy allkeys-lru" in command
