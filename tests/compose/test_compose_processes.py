"""Our processes as Compose starts them: their commands, their settings, and the secrets that they read."""

from pathlib import Path

import click
import pytest

from batch.airflow import settings as airflow_settings
from citystream.settings import Settings
from gateway.settings import GatewaySettings
from tests.compose.files import Json, commands, generate, interpolated, ours, projects, targets
from tests.harness import dockerfile
from tests.harness.command_lines import PROGRAMS, VARIABLES, parsed

OURS: dict[str, Json] = {
    f"{name}, {project}": one
    for project, found in projects().items()
    for name, one in found["services"].items()
    if ours(one)
}
COMMANDS = {
    f"{service}: {' '.join(words[:3])}": (words, targets(one))
    for service, one in OURS.items()
    for words in commands(one)
    if words[0] in PROGRAMS
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_one_that_its_program_takes(name: str, tmp_path: Path) -> None:
    words, volumes = COMMANDS[name]
    # Folders are looked for: in the container they are its volumes.
    for volume in volumes:
        (tmp_path / volume[1:]).mkdir()
    parsed([f"{tmp_path}{word}" if word.startswith(volumes) else word for word in words])


def test_every_process_of_ours_has_a_command_that_was_looked_at() -> None:
    looked_at = {name.partition(": ")[0] for name in COMMANDS}
    assert looked_at == {name for name, one in OURS.items() if ours(one) != "airflow"}


@pytest.mark.parametrize(
    "words",
    [
        ["city-gps", "worker", "--rol", "stream"],
        ["city-gps", "worker", "more"],
        ["city-traffic", "worker", "--role", "forecasts"],
        ["city-gateway", "server"],
        ["city-simulator", "run", "--rate", "0"],
        ["city-batch", "run", "--memory"],
    ],
    ids=" ".join,
)
def test_a_command_that_its_program_refuses_is_seen(words: list[str]) -> None:
    with pytest.raises(click.UsageError):
        parsed(words)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all secrets."""
    return generate(tmp_path_factory.mktemp("compose"))


@pytest.mark.parametrize("name", OURS)
def test_settings_are_valid_and_secrets_are_read(
    name: str, generated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = OURS[name]
    given = {secret: (generated / secret).read_text() for secret in one.get("secrets", [])}
    for secret, value in given.items():
        (tmp_path / secret).write_text(value)
    environment = dockerfile.images()[ours(one)].environment | interpolated(one.get("environment", {}))
    assert {key for key in environment if key.startswith("CITY_")} <= VARIABLES
    for key, value in environment.items():
        monkeypatch.setenv(key, value.replace("/run/secrets", str(tmp_path)))
    own = Settings()
    GatewaySettings()
    airflow_settings.settings({key: value for key, value in environment.items() if key != "CITY_MODEL"})
    for secret, value in given.items():
        field = secret.removeprefix("city_")
        if field in Settings.model_fields:
            found = getattr(own, field)
            assert value == (found if isinstance(found, str) else found.get_secret_value())
        else:
            assert not secret.startswith("city_") or secret.upper() in airflow_settings.DEFAULTS


@pytest.mark.parametrize("name", OURS)
def test_a_process_has_the_secret_of_each_server_that_it_is_told_of(name: str) -> None:
    one = OURS[name]
    servers = {
        "CITY_REDIS": {"city_redis_password"},
        "CITY_S3": {"city_s3_access_key", "city_s3_secret_key"},
        "CITY_ELASTICSEARCH": {"city_elasticsearch_password"},
    }
    # Of Airflow's parts, which have the same variables, the scheduler alone runs `city-batch`.
    needed = ours(one) != "airflow" or name.startswith("airflow-scheduler")
    for server, secrets in servers.items():
        told = server in one.get("environment", {}) and needed
        assert (secrets & set(one.get("secrets", []))) == (secrets if told else set()), server
