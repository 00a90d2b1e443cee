"""A worker's four servers, each behind a proxy; senders and tests go past them."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from citystream.settings import Settings
from demo.servers.apache_kafka import ApacheKafka
from demo.servers.ports import free_port
from tests.conftest import MakeSettings
from tests.harness.proxy import Mode, Proxy


class ProxiedKafka(ApacheKafka):
    """Apache Kafka with a second listener, whose clients are sent to a proxy's port."""

    def __init__(self, directory: Path, proxy_port: int) -> None:
        super().__init__(directory)
        self.far_port = free_port()
        self._proxy_port = proxy_port

    def prepare(self) -> None:
        super().prepare()
        plain = f"PLAINTEXT://{self.address}"
        with (self.directory / "server.properties").open("a") as properties:
            # Of two lines for one property the later counts.
            properties.write(
                f"listeners={plain},FAR://127.0.0.1:{self.far_port},"
                f"CONTROLLER://127.0.0.1:{self.controller_port}\n"
                f"advertised.listeners={plain},FAR://127.0.0.1:{self._proxy_port}\n"
                "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,FAR:PLAINTEXT\n"
            )


class Surroundings:
    """What a worker reaches of the world, by name: kafka, redis, s3, elasticsearch."""

    def __init__(self, near: Settings, far: Settings, proxies: dict[str, Proxy]) -> None:
        self.near = near
        """For the test itself."""
        self.far = far
        """For the worker."""
        self.proxies = proxies

    async def be(self, mode: Mode, names: Iterable[str]) -> None:
        """Have these servers behave like this."""
        for name in names:
            await self.proxies[name].be(mode)


@asynccontextmanager
async def surroundings(
    settings: MakeSettings, folder: Path, **changes: object
) -> AsyncIterator[Surroundings]:
    """A Kafka of its own and the session's other servers, with a proxy before each."""
    near = settings(**changes)
    kafka_port = free_port()
    kafka = ProxiedKafka(folder / "kafka", kafka_port)
    try:
        await asyncio.to_thread(kafka.start)
        async with AsyncExitStack() as stack:
            proxies = {"kafka": await stack.enter_async_context(Proxy(kafka.far_port, kafka_port))}
            urls = {}
            for name in ("redis", "s3", "elasticsearch"):
                url = urlsplit(getattr(near, name))
                assert url.port
                proxies[name] = await stack.enter_async_context(Proxy(url.port, free_port()))
                urls[name] = url._replace(netloc=f"127.0.0.1:{proxies[name].port}").geturl()
            yield Surroundings(
                near.model_copy(update={"kafka": kafka.address}),
                near.model_copy(update={"kafka": f"127.0.0.1:{kafka_port}", **urls}),
                proxies,
            )
    finally:
        kafka.kill()
