"""Images built once, and a city's servers under the names and ports that Compose gives them."""

import contextlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from batch.airflow.install import cache
from demo.servers.server import Server
from tests.airflow.postgres import Postgres
from tests.compose.files import generate
from tests.harness.proxy import Proxy
from tests.images.buildah import Buildah
from tests.images.containers import Host

SERVERS = {"kafka": 9092, "redis": 6379, "s3": 7070, "elasticsearch": 9200, "postgres": 5432}
"""Names and ports in Compose."""


@pytest.fixture(scope="session")
def buildah() -> Buildah:
    return Buildah(cache() / "images")


@pytest.fixture(scope="session")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Those of a new installation."""
    folder = tmp_path_factory.mktemp("installation")
    return generate(folder)


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Build secrets of a company with a registry of its own: PyPI, by a password."""
    folder = tmp_path_factory.mktemp("registry")
    url = f"https://somebody:{MARK}@pypi.org/simple"
    settings = folder / "registry"
    settings.write_text(f"UV_DEFAULT_INDEX={url}\nPIP_INDEX_URL={url}\n")
    authority = Path(os.environ.get("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt"))
    return {"registry": settings, "registry_ca": authority}


MARK = "of-the-registry"


@pytest.fixture(scope="session")
def database() -> Iterator[Postgres]:
    """PostgreSQL; it runs as nobody, who may not look into pytest's folders."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        server = Postgres(Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.kill()


@pytest.fixture(scope="module")
async def host(
    _kafka_session: Server,
    _redis_session: Server,
    _s3_session: Server,
    _elasticsearch_session: Server,
    database: Postgres,
    secrets: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Host]:
    """Real servers, each at its name in Compose; Redis asks for the password."""
    ports = [
        one.port for one in (_kafka_session, _redis_session, _s3_session, _elasticsearch_session, database)
    ]
    # All of 127.0.0.0/8 is loopback: Compose's own ports are free there.
    addresses = {name: f"127.0.26.{number}" for number, name in enumerate(SERVERS, 1)}
    password = (secrets / "city_redis_password").read_text()
    folder = tmp_path_factory.mktemp("host")
    folder.chmod(0o755)
    async with contextlib.AsyncExitStack() as stack:
        for (name, port), server_port in zip(SERVERS.items(), ports, strict=True):
            await stack.enter_async_context(Proxy(server_port, port, addresses[name]))
        async with Redis.from_url(_redis_session.address) as redis:
            await redis.config_set("requirepass", password)
        own = dict.fromkeys(("localhost", "airflow-api-server"), "127.0.0.1")
        yield Host(folder, own | addresses, secrets)
        async with Redis.from_url(_redis_session.address, password=password) as redis:
            await redis.config_set("requirepass", "")
