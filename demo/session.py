"""One run of a city from first to last: start, do what is to be done, stop, whatever happens between."""

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine
from typing import Any

from citystream.race import race
from citystream.settings import load
from demo.backends import choose
from demo.city import City
from demo.credentials import load_or_create
from demo.plan import Plan
from demo.supervision import Say

Work = Callable[[City], Coroutine[Any, Any, None]]


def found(plan: Plan, say: Say) -> City:
    """A city that has not started: servers and settings chosen, the gateway's user made.

    Raises:
        SettingsError: a CITY_* variable can't be used.
    """
    backends = choose(plan, load(), os.environ)
    return City(plan, backends, load_or_create(plan.credentials_file), say)


async def live(city: City, work: Work, say: Say) -> None:
    """Start the servers, do the work, stop everything; Ctrl-C or SIGTERM ends the work early.

    Raises:
        ServerError, CityDown, TopicsError, BucketError: the city could not start or go on.
    """
    asked = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, _asked_to_stop, city, asked)
    try:
        await race(asked.wait(), _watched(city, work))
    finally:
        say("stopping: simulator, services, gateway, servers")
        await asyncio.to_thread(city.stop)


def _asked_to_stop(city: City, asked: asyncio.Event) -> None:
    if asked.is_set():
        city.kill()
    asked.set()


async def _watched(city: City, work: Work) -> None:
    await city.start_servers()
    await race(city.watch(), work(city))
