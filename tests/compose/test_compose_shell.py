"""What Compose has a shell do: with the secrets that the script makes, and without a container."""

import base64
import json
import os
import re
import socket
import stat
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import redis

from demo.servers.process import installed
from demo.servers.valkey import Valkey
from gateway import users
from tests.compose.files import BASE, FOLDER, Json, generate, interpolated, projects, read, script


def check(service: Json) -> str:
    """Its health check, where a shell runs it."""
    test: list[str] = interpolated(service.get("healthcheck", {}).get("test", [""]))
    return test[1] if test[0] == "CMD-SHELL" else ""


SERVICES: dict[str, Json] = read(BASE)["services"]
SCRIPTS = {
    f"{name}, {project}": text
    for project, found in projects().items()
    for name, one in found["services"].items()
    for text in {script(one), check(one)} - {""}
}
"""Who runs it -> the script."""
PROGRAMS = Path(installed("city-gateway")).parent


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all secrets."""
    return generate(tmp_path_factory.mktemp("compose"))


def run(name: str, moved: dict[str, str], **environment: str) -> str:
    """Run a service's command, where paths of the container are moved to here; what it prints.

    Raises:
        AssertionError: it failed, with its errors.
    """
    one = interpolated(SERVICES[name])
    words = [*one.get("entrypoint", []), *one["command"]]
    for there, here in moved.items():
        assert there in " ".join(words)
        words = [word.replace(there, here) for word in words]
    done = subprocess.run(
        words,
        env={"PATH": f"{PROGRAMS}:{os.environ['PATH']}", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def stand_in(path: Path, body: str) -> str:
    """A program in the place of one that only the image has."""
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_shell_can_read_it(name: str) -> None:
    done = subprocess.run(["sh", "-n"], input=SCRIPTS[name], text=True, capture_output=True)
    assert done.returncode == 0, done.stderr


def test_all_scripts_are_looked_at() -> None:
    assert {name.partition(",")[0] for name in SCRIPTS} >= {
        *("redis", "s3", "elasticsearch", "kibana", "model", "gateway-user", "airflow-database"),
    }


@pytest.mark.parametrize(
    ("name", "program", "arguments", "given"),
    [
        (
            "s3",
            "versitygw",
            "--port :7070 --health /health --quiet posix /objects",
            {"ROOT_ACCESS_KEY_ID": "city_s3_access_key", "ROOT_SECRET_ACCESS_KEY": "city_s3_secret_key"},
        ),
        (
            "elasticsearch",
            "/usr/local/bin/docker-entrypoint.sh",
            "eswrapper",
            {"ELASTIC_PASSWORD": "elastic_password"},
        ),
        (
            "kibana",
            "/usr/local/bin/kibana-docker",
            "",
            {"KIBANA_PASSWORD": "kibana_password", "KIBANA_ENCRYPTION_KEY": "kibana_encryption_key"},
        ),
    ],
)
def test_a_server_gets_its_secrets_from_files(
    name: str, program: str, arguments: str, given: dict[str, str], secrets: Path, tmp_path: Path
) -> None:
    here = stand_in(tmp_path / "server", 'env; echo "arguments $*"')
    moved = {f"exec {program}": f"exec {here}", "/run/secrets": str(secrets)}
    told = run(name, moved).splitlines()
    for variable, secret in given.items():
        assert f"{variable}={(secrets / secret).read_text()}" in told
    assert f"arguments {arguments}" in told
    # It does not start without: an empty password might be taken for none.
    with pytest.raises(AssertionError, match="No such file"):
        run(name, moved | {"/run/secrets": str(tmp_path / "nowhere")})


def test_kibana_asks_for_what_it_is_given() -> None:
    config = (FOLDER / "kibana/kibana.yml").read_text()
    assert set(re.findall(r": \$\{(\w+)\}$", config, re.M)) == set(
        re.findall(r"export (\w+)", script(SERVICES["kibana"]))
    )


class ComposedValkey(Valkey):
    """As Compose starts it, on a port of its own."""

    def __init__(self, directory: Path, secrets: Path) -> None:
        super().__init__(directory)
        self.secrets = secrets

    def command(self) -> list[str]:
        valkey = super().command()[0]
        shell = script(SERVICES["redis"]).replace("/run/secrets", str(self.secrets))
        assert "exec valkey-server -" in shell
        own = f"--bind 127.0.0.1 --port {self.port} --dir {self.directory}"
        return ["sh", "-c", f"{shell.replace('exec valkey-server', f'exec {valkey}')} {own}"]

    def answers(self) -> bool:
        with socket.create_connection(("127.0.0.1", self.port), timeout=2.0) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(7, socket.MSG_WAITALL) == b"-NOAUTH"


@pytest.mark.server
def test_redis_asks_for_its_password_keeps_no_file_and_evicts(secrets: Path, tmp_path: Path) -> None:
    server = ComposedValkey(tmp_path / "valkey", secrets)
    try:
        server.start()
        password = (secrets / "city_redis_password").read_text()
        with redis.Redis(port=server.port, password=password, decode_responses=True) as client:
            told = client.config_get("maxmemory*", "save", "appendonly")
        assert told["maxmemory"] == str(2**30)
        assert told["maxmemory-policy"] == "allkeys-lru"
        assert (told["save"], told["appendonly"]) == ("", "no")
    finally:
        server.kill()


def test_the_gateway_s_user_has_the_generated_password(secrets: Path, tmp_path: Path) -> None:
    file = tmp_path / "gateway-users.json"
    run("gateway-user", {"/run/secrets": str(secrets)}, CITY_GATEWAY_USERS_FILE=str(file))
    (user,) = users.read(file).values()
    assert (user.name, user.role) == ("city", users.Role.ADMIN)
    assert users.password_is_right(user, (secrets / "gateway_password").read_text())


def test_a_city_model_is_made_and_one_that_is_there_stays(tmp_path: Path) -> None:
    moved = {"/model/": f"{tmp_path}/"}
    assert "100 roads" in run("model", moved)
    made = (tmp_path / "city.geojson").stat()
    run("model", moved)
    assert (tmp_path / "city.geojson").stat().st_mtime_ns == made.st_mtime_ns


def test_airflow_s_user_has_the_generated_password_and_the_pool_stays(secrets: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    stand_in(tmp_path / "airflow", f'echo "$*" >>{log}; test "$2" != get || test -e {tmp_path}/pool')
    moved = {"/run/secrets": str(secrets), "/airflow/": f"{tmp_path}/"}
    for _ in range(2):
        run("airflow-database", moved, PATH=f"{tmp_path}:{os.environ['PATH']}")
        (tmp_path / "pool").touch()
    passwords = tmp_path / "passwords.json"
    assert json.loads(passwords.read_text()) == {"city": (secrets / "airflow_password").read_text()}
    assert stat.S_IMODE(passwords.stat().st_mode) == 0o600
    first = ["db migrate", "pools get batch", "pools set batch 1 jobs of the batch layer"]
    assert log.read_text().splitlines() == first + first[:2]


class Asked(BaseHTTPRequestHandler):
    """Says yes, and writes down what it was asked."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        password = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
        asked: list[Any] = self.server.asked  # type: ignore[attr-defined]
        asked.append((self.command, self.path.partition("?")[0], password, json.loads(body or "null")))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_PUT = do_GET = do_POST  # noqa: N815 - names of http.server

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    """In Elasticsearch's place: `asked` has method, path, user and password, and body."""
    with HTTPServer(("127.0.0.1", 0), Asked) as server:
        server.asked = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def shell(text: str, server: Any, secrets: Path, **environment: str) -> None:
    """Run a script of Elasticsearch's against a server that is here."""
    here = re.sub(r"http://[a-z0-9.]+:9200", f"http://127.0.0.1:{server.server_port}", text)
    assert here != text
    subprocess.run(
        ["bash", "-c", here.replace("/run/secrets", str(secrets))],
        env={"PATH": os.environ["PATH"], "no_proxy": "*", **environment},
        check=True,
        capture_output=True,
    )


def test_elasticsearch_s_users_get_the_generated_passwords(server: Any, secrets: Path) -> None:
    environment = interpolated(SERVICES["elasticsearch-users"]["environment"])
    shell((FOLDER / "elasticsearch/users.sh").read_text(), server, secrets, **environment)

    def password(name: str) -> str:
        return (secrets / name).read_text()

    kibana, role, city, exporter_role, exporter = server.asked
    assert {asked[2] for asked in server.asked} == {f"elastic:{password('elastic_password')}"}
    assert kibana[:2] == ("POST", "/_security/user/kibana_system/_password")
    assert kibana[3] == {"password": password("kibana_password")}
    assert role[:2] == ("PUT", "/_security/role/city")
    assert role[3]["indices"][0]["names"] == ["city-*"]
    assert city[:2] == ("PUT", "/_security/user/city")
    assert city[3] == {"password": password("city_elasticsearch_password"), "roles": ["city"]}
    assert exporter_role[1:2] + exporter_role[3:] == ("/_security/role/exporter", {"cluster": ["monitor"]})
    assert exporter[:2] == ("PUT", "/_security/user/exporter")
    assert exporter[3] == {"password": password("elastic_exporter_password"), "roles": ["exporter"]}


def test_elasticsearch_is_asked_for_its_health_with_its_password(server: Any, secrets: Path) -> None:
    shell(check(SERVICES["elasticsearch"]), server, secrets)
    password = (secrets / "elastic_password").read_text()
    assert server.asked == [("GET", "/_cluster/health", f"elastic:{password}", None)]
