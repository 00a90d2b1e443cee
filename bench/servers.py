"""The servers that a benchmark runs on: started for it, on free ports, gone when it ends."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bench.report import progress
from citystream.settings import Settings
from demo.servers.apache_kafka import VERSION, ApacheKafka
from demo.servers.minio import Minio
from demo.servers.moto import Moto
from demo.servers.noida_db import NoidaElasticsearch
from demo.servers.server import Server, ServerError
from demo.servers.valkey import Valkey

Kind = Literal["redis", "s3", "elasticsearch"]

BROKER = f"Apache Kafka {VERSION}"
# No server has this port: a sink that points there finds nobody.
SINKS_NOWHERE = {
    "redis": "redis://127.0.0.1:1/0",
    "s3": "http://127.0.0.1:1",
    "elasticsearch": "http://127.0.0.1:1",
}
# MinIO wants eight letters.
S3_KEYS = {"s3_access_key": "benchmark", "s3_secret_key": "benchmark"}


@dataclass(frozen=True)
class Bed:
    """Running servers, and settings that point at them; sinks that were not asked for point nowhere."""

    settings: Settings
    servers: dict[str, Server]
    """By kind."""

    @property
    def names(self) -> dict[str, str]:
        """What each server is."""
        return {kind: server.name for kind, server in self.servers.items()}


def bed(folder: Path, *kinds: Kind) -> AbstractContextManager[Bed]:
    """Apache Kafka and the servers of these kinds, until the block ends.

    Raises:
        ServerError: as `bed_of`.
    """
    return bed_of(folder, "kafka", *kinds)


@contextmanager
def bed_of(folder: Path, *kinds: Kind | Literal["kafka"]) -> Iterator[Bed]:
    """The servers of these kinds, until the block ends.

    Raises:
        ServerError: one can't be had or did not start; the message says what to install.
    """
    servers: dict[str, Server] = {}
    changes: dict[str, Any] = {"data_dir": folder / "tables", **SINKS_NOWHERE, **S3_KEYS}
    with ExitStack() as stack:
        for kind in kinds:
            server = servers[kind] = _started(kind, folder)
            stack.callback(server.kill)
            changes[kind] = server.address
            progress.print(f"{server.name} at {server.address}")
        yield Bed(Settings(**changes), servers)


def _started(kind: str, folder: Path) -> Server:
    server: Server
    if kind == "kafka":
        server = ApacheKafka(folder / "kafka")
    elif kind == "redis":
        server = Valkey(folder / "valkey")
    elif kind == "elasticsearch":
        server = NoidaElasticsearch(folder / "elasticsearch")
    else:
        return _s3(folder)
    server.start()
    return server


def _s3(folder: Path) -> Server:
    """MinIO, or moto where MinIO can't be built."""
    minio = Minio(folder / "minio", S3_KEYS["s3_access_key"], S3_KEYS["s3_secret_key"])
    try:
        minio.start()
    except ServerError as error:
        progress.print(f"moto stands in for MinIO: {error}")
        moto = Moto(folder / "moto")
        moto.start()
        return moto
    return minio
