"""MinIO, built from source by Go: an S3 server that keeps its objects on disk."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from demo.servers.server import Server, http_status
from demo.servers.tools import fetched, run, tool

VERSION = "latest"
BUILD_TIMEOUT_S = 900.0
"""Two to three minutes on two cores, with room for a slow network."""


class Minio(Server):
    """One MinIO server; access key and secret are given, nothing is default."""

    name = "minio"

    def __init__(self, directory: Path, access_key: str, secret_key: str, port: int | None = None) -> None:
        super().__init__(directory, port)
        self._access_key = access_key
        self._secret_key = secret_key

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        data = self.directory / "objects"
        return [install(), "server", "--quiet", "--address", f"127.0.0.1:{self.port}", str(data)]

    def environment(self) -> Mapping[str, str]:
        return {
            **os.environ,
            "MINIO_ROOT_USER": self._access_key,
            "MINIO_ROOT_PASSWORD": self._secret_key,
            "MINIO_BROWSER": "off",
            "MINIO_UPDATE": "off",
        }

    def answers(self) -> bool:
        return http_status(self.port, "/minio/health/ready") == 200


def install() -> str:
    """Path of the `minio` binary: from PATH, or built the first time.

    Raises:
        ServerError: Go is missing, or the build failed.
    """
    found = shutil.which("minio")
    if found:
        return found

    def build(into: Path) -> None:
        go = tool("go", "install Go, or put a minio binary on PATH")
        environment = {**os.environ, "GOBIN": str(into)}
        run([go, "install", f"github.com/minio/minio@{VERSION}"], BUILD_TIMEOUT_S, environment)

    return str(fetched("minio", build) / "minio")
