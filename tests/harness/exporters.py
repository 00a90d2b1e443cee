"""The exporters that Compose runs, built from their source and started as Compose starts them."""

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from demo.servers.server import Server, http_status
from demo.servers.tools import fetched
from tests.compose.files import BASE, interpolated, read
from tests.harness import go, programs


class Built(NamedTuple):
    """What an image is made of."""

    module: str
    program: str
    """Its path in the image: the entrypoint."""


BUILT = {
    "redis-exporter": Built("github.com/oliver006/redis_exporter", "/redis_exporter"),
    "kafka-exporter": Built("github.com/danielqsj/kafka_exporter", "/bin/kafka_exporter"),
    "elasticsearch-exporter": Built(
        "github.com/prometheus-community/elasticsearch_exporter", "/bin/elasticsearch_exporter"
    ),
    "node-exporter": Built("github.com/prometheus/node_exporter", "/bin/node_exporter"),
}
"""By service."""


def service(name: str) -> dict[str, Any]:
    """As Compose has it."""
    found: dict[str, Any] = read(BASE)["services"][name]
    return found


def version(name: str) -> str:
    """Of its image in Compose, as Go writes it: `v1.2.3`."""
    tag = service(name)["image"].rpartition(":")[2]
    found = re.fullmatch(r"(v\d+\.\d+\.\d+)(?:-alpine)?", tag)
    assert found, f"{name}: {tag} is no version"
    return found[1]


def arguments(name: str) -> list[str]:
    """What Compose starts, words as the process gets them, `$` included."""
    one = service(name)
    words: list[str] = interpolated([*one.get("entrypoint", [BUILT[name].program]), *one.get("command", [])])
    return words


def port(name: str) -> int:
    """Where Compose has it answer."""
    (found,) = re.findall(r"--web\.listen-address=:(\d+)", " ".join(arguments(name)))
    return int(found)


def checked(name: str) -> tuple[int, str]:
    """Port and path that Compose's health check asks."""
    found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)(/\S*)", service(name)["healthcheck"]["test"][-1])
    assert found, name
    return int(found[1]), found[2]


def variable(name: str) -> str:
    """Of the environment, for a program of one's own: `KAFKA_EXPORTER`."""
    return name.replace("-", "_").upper()


def installed(name: str) -> Path:
    """The program: what its variable names, else it is built the first time.

    Raises:
        NoProgramError: the variable names none that runs.
        ServerError: Go is missing, or the build failed.
    """
    module, program = BUILT[name]
    named = programs.found(variable(name), ())
    if named:
        return Path(named)
    folder = fetched(f"{name}-{version(name)}", lambda into: go.build(into, f"{module}@{version(name)}", "."))
    return folder / PurePosixPath(program).name


class Exporter(Server):
    """One, with Compose's own words and environment but for its addresses and files.

    `here`: what stands there -> what has its place.
    """

    name = "exporter"

    def __init__(self, directory: Path, service_name: str, here: Mapping[str, str]) -> None:
        super().__init__(directory)
        self._service = service_name
        self._here = {
            f":{port(service_name)}": f"127.0.0.1:{self.port}",
            BUILT[service_name].program: str(installed(service_name)),
            **here,
        }

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        words = arguments(self._service)
        for there, here in self._here.items():
            assert any(there in word for word in words), f"{self._service}: no {there} in {words}"
            words = [word.replace(there, here) for word in words]
        return words

    def environment(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", **service(self._service).get("environment", {})}

    def answers(self) -> bool:
        return http_status(self.port, checked(self._service)[1]) == 200
