"""daily: all daily views of a day.

compacted events, the city model, the days before -> expressions -> one Parquet file a view -> S3
"""

import shutil
from collections.abc import Awaitable, Callable, Mapping

from batch.daily import city
from batch.daily.assembling import Made, of_cameras, of_incidents, of_roads, of_vehicles
from batch.daily.inputs import Inputs
from batch.run import Result
from batch.session import Session
from batch.table_writing import write_table
from citystream.contracts import city_model
from citystream.contracts.city_day import CityDay
from citystream.contracts.daily_view import batch_view
from citystream.contracts.manifest import BatchView, Compacted


async def daily(session: Session, day: CityDay, version: str, compacted: Mapping[str, Compacted]) -> Result:
    """Write the daily views of a day's compacted events; nobody reads them until a manifest names them.

    Raises:
        CityModelError: the city model can't be used.
        OSError: S3 does not answer, or the disk takes no more.
    """
    folder = session.scratch / version / "daily"
    inputs = Inputs(session, day, compacted, folder)
    known = city.roads(city_model.load(session.settings.model) if session.settings.model else None)
    works: dict[str, Callable[[], Awaitable[list[Made]]]] = {
        "traffic": lambda: of_roads(inputs, known),
        "gps": lambda: of_vehicles(inputs),
        "emergency": lambda: of_incidents(inputs, known),
        "camera": lambda: of_cameras(inputs),
    }
    there = [work for type_, work in works.items() if type_ in compacted]
    views: dict[str, BatchView] = {}
    step = session.progress.step(f"{day.date}: types in daily views", len(there))
    for work in there:
        try:
            for made in await work():
                views[batch_view(made.view)] = await write_table(session, day, version, *made)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        step.advance()
    step.finish()
    return Result(views)
