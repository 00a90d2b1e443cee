"""What a job works with: servers, processes, a folder for what does not stay, whom to tell how far it is."""

import tempfile
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ibis.backends.duckdb import Backend
from obstore.store import S3Store

from batch.object_store import object_store
from batch.once import engine
from batch.progress import Progress
from batch.workers import workers
from citystream.contracts.city_model import load, zone_of
from citystream.installed import installed_names, installed_service
from citystream.service import Service
from citystream.settings import Settings


@dataclass(frozen=True)
class Session:
    """Lasts as long as one command."""

    settings: Settings
    zone: ZoneInfo
    services: Mapping[str, Service[Any]]
    """All that are installed, by name."""
    store: S3Store
    pool: ProcessPoolExecutor
    engine: Backend
    scratch: Path
    progress: Progress


@asynccontextmanager
async def session(
    settings: Settings, threads: int, memory: str, scratch: Path | None, progress: Progress
) -> AsyncIterator[Session]:
    """A session for the length of a block.

    Args:
        threads: of DuckDB, and processes beside this one.
        memory: DuckDB's, such as 3GB.
        scratch: where rows lie meanwhile, about 50 bytes an event of a day; None is the system's place.
    """
    zone = city_zone(settings)
    with tempfile.TemporaryDirectory(prefix="city-batch-", dir=scratch) as folder:
        place = Path(folder)
        connection = engine(threads, memory, place / "spilled")
        try:
            with workers(settings, threads) as pool:
                store = object_store(settings)
                services = {name: installed_service(name, settings) for name in installed_names()}
                yield Session(settings, zone, services, store, pool, connection, place, progress)
        finally:
            connection.disconnect()


def city_zone(settings: Settings) -> ZoneInfo:
    """The zone of the city's days.

    Raises:
        CityModelError: the city model can't be used.
    """
    return zone_of(load(settings.model) if settings.model else None, settings.timezone)
