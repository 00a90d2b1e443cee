"""A real city for drills: five services' workers, fed the whole time, and what must be true in the end."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Self

from citystream.contracts import topics
from citystream.settings import Settings
from citystream.stream import time_rules
from demo.environment import city_environment
from demo.servers.process import installed
from tests.faults import exactness
from tests.faults.crew import Crew, Member
from tests.harness import events, kafka_log
from tests.harness.feed import Feed
from tests.harness.patience import PATIENCE_S

PER_S = 100.0
"""Events of each type."""
STEP_MS = 40
"""Event time from one event to the next: four times as fast as a clock."""
AGAIN_WITHIN = 1_000
"""Events that are sent again are up to ten seconds old."""
BEFORE = 2_000
"""Records of each type that are folded before something happens: windows have closed and expired by then."""
AFTER = 800

Logs = dict[str, exactness.Log]
"""Of each service, what was sent."""


class Feeds:
    """A feed of each type: switched on and off, its account goes on."""

    def __init__(self, settings: Settings, seed: int, start_ms: int = events.START_MS) -> None:
        self.of: dict[str, Feed] = {}
        for number, service in enumerate(events.TYPES):
            flow = events.flow(service, seed + number, STEP_MS, AGAIN_WITHIN, start_ms)
            topic = topics.source(settings.shared, service)
            self.of[service] = Feed(settings.kafka, topic, settings.partitions, flow, seed + number)

    async def __aenter__(self) -> Self:
        for feed in self.of.values():
            await feed.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        for feed in self.of.values():
            await feed.close()

    @contextlib.asynccontextmanager
    async def on(self) -> AsyncIterator[None]:
        """Events come meanwhile; in the end all of them are acknowledged."""
        running = [asyncio.create_task(feed.run(PER_S)) for feed in self.of.values()]
        try:
            yield
            for feed in self.of.values():
                feed.stop()
            await asyncio.gather(*running)
        finally:
            for one in running:
                one.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    @property
    def sent(self) -> int:
        """Records in all."""
        return sum(sum(feed.ends().values()) for feed in self.of.values())

    async def logs(self, settings: Settings) -> Logs:
        """What lies in Kafka, which must be what was sent."""
        return {service: await exactness.log_of(settings, service, feed) for service, feed in self.of.items()}


async def command(settings: Settings, *words: str, environment: Mapping[str, str] | None = None) -> str:
    """Run an installed command as an operator does, to its end; its stdout."""
    process = await asyncio.create_subprocess_exec(
        installed(words[0]),
        *words[1:],
        env={**os.environ, **city_environment(settings), **(environment or {})},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            out, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, f"{' '.join(words)}: {process.returncode}\n{said.decode()}"
    return out.decode()


async def make(settings: Settings, environment: Mapping[str, str] | None = None) -> None:
    """Topics and bucket."""
    await command(settings, "city", "topics", "create", environment=environment)
    await command(settings, "city", "bucket", "create", environment=environment)


class City:
    """One namespace and its workers: blue, green, or the only one."""

    def __init__(
        self,
        settings: Settings,
        command: Callable[[str], list[str]] | None = None,
        workers: Mapping[str, int] | None = None,
    ) -> None:
        """A worker of each service, or so many; `command` gives what runs instead of `city-<type>`."""
        self.settings = settings
        members = []
        for service in events.TYPES:
            for number in range((workers or {}).get(service, 1)):
                name = f"{service}-{number}"
                own = settings.model_copy(update={"data_dir": settings.data_dir / name})
                members.append(Member(name, service, "all", own, command(service) if command else None))
        self.crew = Crew(members, {})

    async def folds(self, records: int) -> None:
        """Wait until each service has folded so many records more."""
        await asyncio.gather(*(kafka_log.folds_on(self.settings, one, records) for one in events.TYPES))

    async def catches_up(self) -> None:
        """Wait until all that lies in the log now is folded, archived and committed."""
        await self.crew.works_off(self.settings, events.TYPES)

    async def is_exact(self, feeds: Feeds) -> None:
        """Views, dead letters, documents and archive of every service, once no more events come."""
        await self.catches_up()
        await self.crew.flushed()
        for service, log in (await feeds.logs(self.settings)).items():
            await exactness.results_are_exact(self.settings, service, log, time_rules(self.settings))
            await exactness.archive_is_exact(self.settings, service, log)


@contextlib.asynccontextmanager
async def living(
    settings: Settings, seed: int, start_ms: int = events.START_MS
) -> AsyncIterator[tuple[City, Feeds]]:
    """A city with topics and bucket, all its workers up, and feeds that wait to be switched on."""
    await make(settings)
    one = City(settings)
    with killed_in_the_end(one):
        await one.crew.start()
        async with Feeds(settings, seed, start_ms) as feeds:
            yield one, feeds


class Drill:
    """One line of the table."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._began = 0.0
        self._well_s = 0.0

    @contextlib.contextmanager
    def until_well(self) -> Iterator[None]:
        """From when everything is there again until all is well."""
        self._began = time.monotonic()
        yield
        self._well_s = time.monotonic() - self._began

    def tell(self, events_: int) -> None:
        """Once everything was found to be exact."""
        print(f"\n| {self._what} | {self._well_s:.0f} s | {events_:,} | 0 |")


@contextlib.contextmanager
def killed_in_the_end(*cities: City) -> Iterator[None]:
    """Nobody outlives a drill that failed."""
    try:
        yield
    finally:
        for one in cities:
            one.crew.kill()
