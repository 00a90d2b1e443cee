"""Airflow's parts as Compose starts them: commands and settings that Airflow takes, secrets, ports of checks.

All of it is asked for at once: Airflow takes seconds to start.
"""

import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.airflow.asking import answer
from tests.airflow.running import composed
from tests.compose.files import BASE, commands, generate, interpolated, ours, read

SERVICES = {name: one for name, one in read(BASE)["services"].items() if ours(one) == "airflow"}
COMMANDS = {
    f"{name}: {' '.join(words)}": words
    for name, one in SERVICES.items()
    for words in commands(one)
    if words[0] == "airflow"
}
WRONG = {
    "an option that is none": ["airflow", "api-server", "--worker-count", "1"],
    "a command that is none": ["airflow", "webserver"],
    "no number": ["airflow", "api-server", "--port", "http"],
}
ALL = COMMANDS | WRONG


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all secrets."""
    return generate(tmp_path_factory.mktemp("compose"))


@pytest.fixture(scope="module")
def told(airflow_python: Path, secrets: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `as_composed` says."""
    own = {"AIRFLOW_HOME": str(tmp_path_factory.mktemp("airflow")), "PYTHONPATH": str(Path.cwd())}
    found: dict[str, Any] = answer(
        airflow_python,
        "tests.airflow.as_composed",
        question={"commands": [words[1:] for words in ALL.values()]},
        environment=os.environ | own | composed(secrets),
    )
    return found


def check(name: str) -> str:
    test: list[str] = SERVICES[name]["healthcheck"]["test"]
    assert test[:3] == ["CMD", "python", "-c"]
    return test[3]


@pytest.mark.parametrize("name", ALL)
def test_airflow_takes_the_commands_of_compose_and_no_wrong_one(told: dict[str, Any], name: str) -> None:
    refused = told["refused"][list(ALL).index(name)]
    assert bool(refused) == (name in WRONG), refused


def test_each_part_has_a_command_that_was_looked_at() -> None:
    assert {name.partition(":")[0] for name in COMMANDS} == set(SERVICES)
    # Whole, as the shell gives it.
    assert ["airflow", "pools", "set", "batch", "1", "jobs of the batch layer"] in COMMANDS.values()


def test_each_setting_is_one_of_airflow_s(told: dict[str, Any]) -> None:
    assert told["unknown"] == []


def test_secrets_are_read_from_their_files(told: dict[str, Any], secrets: Path) -> None:
    """Airflow runs a command for what it holds to be sensitive alone."""
    assert told["not sensitive"] == []

    def secret(name: str) -> str:
        return (secrets / name).read_text()

    found = {name: value for name, value in told["values"].items() if name.endswith("_CMD")}
    assert found == {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD": (
            f"postgresql+psycopg2://airflow:{secret('postgres_password')}@postgres:5432/airflow"
        ),
        "AIRFLOW__API_AUTH__JWT_SECRET_CMD": secret("airflow_jwt_secret"),
        "AIRFLOW__API__SECRET_KEY_CMD": secret("airflow_secret_key"),
    }


def test_a_check_asks_where_a_part_answers(told: dict[str, Any]) -> None:
    assert f"//127.0.0.1:{told['health port']}/health'" in check("airflow-scheduler")
    assert told["values"]["AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK"] == "True"
    server = SERVICES["airflow-api-server"]
    port = server["command"][server["command"].index("--port") + 1]
    assert f"//127.0.0.1:{port}/api/" in check("airflow-api-server")
    assert f"//airflow-api-server:{port}/api/" in check("airflow-dag-processor")
    assert server["ports"][0].endswith(f":{port}")
    api = interpolated(server["environment"])["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"]
    assert re.fullmatch(rf"http://airflow-api-server:{port}/execution/", api)
