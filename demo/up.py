"""`make demo`: the city, live, until Ctrl-C."""

import asyncio
import math
import shlex
import time
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError
from rich.console import Console
from rich.live import Live

from citystream.contracts.status import ProcessStatus
from citystream.race import race
from citystream.servers.connections import redis_client
from demo import screen
from demo.api import Api
from demo.city import City, claim
from demo.dashboard import built_beside
from demo.plan import Plan
from demo.servers.process import installed
from demo.session import found, live
from demo.statuses import read_statuses, rows

REFRESH_S = 1.0
PLAIN_LINE_S = 5.0


class Show:
    """The screen: a table that refreshes on a terminal, a line now and then elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()
        self.doing = "starting"

    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._began

    def say(self, message: str) -> None:
        """Print a message, above the table where there is one."""
        text = f"[{self.seconds():6.1f} s] {message}"
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    async def run(self, city: City) -> None:
        """Show the city until cancelled."""
        async with redis_client(city.settings) as redis:
            if self._console.is_terminal:
                await self._table(city, redis)
            else:
                await self._lines(city, redis)

    async def _table(self, city: City, redis: Redis) -> None:
        with Live(console=self._console, auto_refresh=False, transient=True) as display:
            while True:
                now = rows(city.children, await _statuses(city, redis))
                display.update(screen.picture(heading(city, self.doing), now), refresh=True)
                await asyncio.sleep(REFRESH_S)

    async def _lines(self, city: City, redis: Redis) -> None:
        while True:
            await asyncio.sleep(PLAIN_LINE_S)
            now = rows(city.children, await _statuses(city, redis))
            self.say(screen.line(heading(city, self.doing), now))


async def _statuses(city: City, redis: Redis) -> list[ProcessStatus]:
    try:
        return await read_statuses(redis, city.settings.namespace)
    except RedisError:
        return []  # not up yet, or away: its own row and its log tell


def heading(city: City, doing: str) -> screen.Heading:
    """What stands above the table."""
    own = [f"your {kind}" for kind in sorted(city.backends.own)]
    started = [
        f"{server.name} {server.address}{'' if server.running else ' (down)'}"
        for server in city.backends.servers
    ]
    return screen.Heading(
        url=city.url,
        username=city.credentials.username,
        password=city.credentials.password,
        servers=", ".join(started + own),
        logs=str(city.plan.logs),
        batch=batch_command(city.plan),
        doing=doing,
    )


def batch_command(plan: Plan) -> str:
    """What to type beside the city, so that the batch layer has its day as far as it is."""
    settings, command = (_from_here(path) for path in (plan.environment_file, Path(installed("city-batch"))))
    return f"(. {settings} && {command} run --date today --partial)"


def _from_here(path: Path) -> str:
    here = Path.cwd()
    return shlex.quote(f"./{path.relative_to(here)}" if path.is_relative_to(here) else str(path))


async def up(plan: Plan, duration_s: float | None, dashboard: str | None, console: Console) -> None:
    """Run the city until Ctrl-C, SIGTERM or the end of `duration_s`; `dashboard` builds its page meanwhile.

    Raises:
        ServerError, CityDown, SettingsError, TopicsError, BucketError: it could not start or go on.
    """
    show = Show(console)

    async def work(city: City) -> None:
        await city.start_services()
        city.start_simulator()
        async with Api(city) as api:
            await api.until_it_has_vehicles()
        show.doing = f"live; first data after {show.seconds():.1f} s"
        show.say(show.doing)
        show.say(f"{city.url}  user {city.credentials.username}  password {city.credentials.password}")
        if city.monitoring:
            show.say(f"Prometheus, with our alerts: {city.monitoring.url}")
        show.say(f"today out of the batch layer: {batch_command(city.plan)}")
        await asyncio.sleep(duration_s if duration_s is not None else math.inf)

    with claim(plan):
        city = found(plan, show.say)
        log = plan.logs / "dashboard.log"
        beside = [built_beside(dashboard, log, city.url, show.say)] if dashboard else []
        await race(show.run(city), live(city, work, show.say), *beside)
