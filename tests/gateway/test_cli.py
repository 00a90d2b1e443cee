"""The `city-gateway` command."""

import asyncio
import os
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from gateway import users
from gateway.users import Role
from tests.gateway.conftest import StartGateway
from tests.gateway.running import COMMAND, Gateway, until
from tests.harness.patience import PATIENCE_S


def run(*arguments: str, typed: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *arguments],
        input=typed or "",
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "users.json"


def test_without_a_user_it_does_not_start_and_says_what_to_run(file: Path) -> None:
    ended = run("serve", CITY_GATEWAY_USERS_FILE=str(file))
    assert ended.returncode == 1
    assert "city-gateway user add" in ended.stderr


def test_a_made_password_is_printed_once_and_kept_as_a_hash(file: Path) -> None:
    ended = run("user", "add", "ada", "--role", "operator", CITY_GATEWAY_USERS_FILE=str(file))
    assert ended.returncode == 0
    password = ended.stdout.strip()
    assert password not in file.read_text()
    ada = users.read(file)["ada"]
    assert ada.role == Role.OPERATOR
    assert ada.hash.startswith("$argon2id$")
    assert users.password_is_right(ada, password)
    assert not users.password_is_right(ada, password + "x")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_given_password_is_not_printed_and_replaces_the_one_before(file: Path) -> None:
    ids = set()
    for password in ("the first password", "the second password"):
        ended = run(
            *("user", "add", "ada", "--role", "viewer", "--password-stdin"),
            typed=f"{password}\n",
            CITY_GATEWAY_USERS_FILE=str(file),
        )
        assert ended.returncode == 0
        assert password not in ended.stdout + ended.stderr
        ids.add(users.read(file)["ada"].id)
    assert len(ids) == 1
    assert list(users.read(file)) == ["ada"]
    assert users.password_is_right(users.read(file)["ada"], "the second password")


@pytest.mark.parametrize(
    ("arguments", "typed", "code", "told"),
    [
        (("user", "add", "ada", "--role", "viewer", "--password-stdin"), "short\n", 1, "shorter than 12"),
        (("user", "add", "a:b", "--role", "viewer"), None, 1, "name"),
        (("user", "add", "ada", "--role", "king"), None, 2, "viewer"),
        (("user", "add", "ada"), None, 2, "--role"),
        (("serve", "--port", "70000"), None, 2, "--port"),
    ],
)
def test_bad_input_is_refused_by_name(
    file: Path, arguments: tuple[str, ...], typed: str | None, code: int, told: str
) -> None:
    ended = run(*arguments, typed=typed, CITY_GATEWAY_USERS_FILE=str(file))
    assert ended.returncode == code
    assert told in ended.stderr
    assert not file.exists()


def test_a_bad_setting_is_refused_by_its_variable() -> None:
    ended = run("serve", CITY_GATEWAY_CORS_ORIGINS="*", CITY_GATEWAY_PORT="http")
    assert ended.returncode == 1
    assert "CITY_GATEWAY_CORS_ORIGINS" in ended.stderr
    assert "CITY_GATEWAY_PORT" in ended.stderr


def test_users_are_listed_by_id_and_removed(file: Path) -> None:
    given = {"CITY_GATEWAY_USERS_FILE": str(file)}
    known = {name: users.make(name, Role.ADMIN, "a long password") for name in ("bert", "ada")}
    users.write(file, known)
    listed = run("user", "list", **given).stdout.splitlines()
    assert [line.split() for line in listed] == [[known[name].id, "admin", name] for name in ("ada", "bert")]
    assert run("user", "remove", "ada", **given).returncode == 0
    assert users.read(file) == {"bert": known["bert"]}
    again = run("user", "remove", "ada", **given)
    assert again.returncode == 1
    assert "city-gateway user list" in again.stderr


@pytest.mark.parametrize("arguments", [("--help",), ("serve", "--help"), ("user", "add", "--help")])
def test_help_has_examples(arguments: tuple[str, ...]) -> None:
    ended = run(*arguments)
    assert ended.returncode == 0
    assert "Examples" in ended.stdout or "Commands" in ended.stdout


def test_a_taken_port_is_said_so(shared_gateway: Gateway, gateway_dir: Path) -> None:
    users_file = str(gateway_dir / "users.json")
    ended = run("serve", "--port", str(shared_gateway.port), CITY_GATEWAY_USERS_FILE=users_file)
    assert ended.returncode == 1
    assert "--port" in ended.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_in_order_when_asked(start_gateway: StartGateway, number: signal.Signals) -> None:
    gateway = await start_gateway()
    async with gateway.live() as socket:
        gateway.process.signal(number)
        await asyncio.wait_for(socket.wait_closed(), PATIENCE_S)

    async def running() -> bool:
        return gateway.process.running

    await until(running, lambda runs: not runs)
    assert gateway.process.exit_code == 0
    assert "Traceback" not in gateway.process.last_lines()
