"""A command of `city-batch` at work: its session, its progress, what is printed, and what its errors mean."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import click
import duckdb
import msgspec

from batch.jobs import tidy
from batch.object_store import StoreError
from batch.options import city_date
from batch.progress import Progress
from batch.publish import PublishError
from batch.report import report
from batch.session import Session, session
from citystream.commands.settings import load_settings
from citystream.contracts.city_day import CityDay, city_day
from citystream.contracts.city_model import CityModelError
from citystream.contracts.manifest import Manifest
from citystream.logs.setup import configure_logging, say

Work = Callable[[Session], AsyncIterator[Manifest]]
Job = Callable[[Session, CityDay], Awaitable[Manifest]]


def run_job(job: Job, day: Any, *, partial: bool = False, **options: Any) -> None:
    """One job of one day."""

    async def work(it: Session) -> AsyncIterator[Manifest]:
        yield await job(it, city_day(city_date(day, it.zone, partial=partial), it.zone))

    run_work(work, **options)


def run_work(
    work: Work, *, threads: int, memory: str, scratch: Path | None, as_json: bool, tidies: bool = True
) -> None:
    """All days of a work, and what is left of older versions."""
    settings = load_settings()
    configure_logging(settings.log, "batch")
    made: list[Manifest] = []
    with Progress() as progress:

        async def all_days() -> None:
            async with session(settings, threads, memory, scratch, progress) as it:
                async for manifest in work(it):
                    progress.say(report(manifest))
                    made.append(manifest)
                if tidies:
                    await tidy(it)

        answered(all_days())
    if as_json:
        for manifest in made:
            click.echo(msgspec.json.encode(manifest))


def answered(asked: Awaitable[Any]) -> Any:
    """What is asked for; an error is told with what to do next, and ends the command."""

    async def wait() -> Any:
        task = asyncio.current_task()
        if task:
            # What lies on this machine meanwhile is removed, as after a Ctrl-C.
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await asked

    try:
        return asyncio.run(wait())
    except asyncio.CancelledError:
        say("terminated; nothing was published that is not whole")
        sys.exit(128 + signal.SIGTERM)
    except StoreError as error:
        raise click.ClickException(
            f"{error}\nNothing was published that is not whole. Are CITY_S3, CITY_S3_ACCESS_KEY, "
            "CITY_S3_SECRET_KEY and CITY_S3_BUCKET right? Run the same command again."
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise click.ClickException(
            f"{str(error).splitlines()[0]}\nGive more --memory, or fewer --threads, and run again."
        ) from error
    except BrokenProcessPool as error:
        raise click.ClickException(
            "a process that decodes was killed, as when memory is short: give fewer --threads and run again"
        ) from error
    except (PublishError, CityModelError, OSError) as error:
        raise click.ClickException(str(error)) from error
