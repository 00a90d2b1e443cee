"""Tables of a day, written: one Parquet file each, which nobody reads until a manifest names it."""

import asyncio
from collections.abc import Mapping, Sequence

import pyarrow as pa

from batch.daily import table
from batch.object_store import asking
from batch.session import Session
from citystream.contracts import s3_paths
from citystream.contracts.city_day import CityDay, floor_hour
from citystream.contracts.daily_view import DailyView, batch_view
from citystream.contracts.manifest import BatchView, Stored


async def write_table(
    session: Session,
    day: CityDay,
    version: str,
    view: DailyView,
    rows: pa.Table | None,
    made_from: Mapping[str, str],
    reasons: Sequence[str],
) -> BatchView:
    """Write a view's rows.

    Args:
        rows: the view's columns, sorted by its key; None where there can be none, and the reasons tell why.
        made_from: as in the manifest.

    Raises:
        StoreError: S3 does not answer.
        ValueError: a column is null that may not be.
    """
    objects: list[Stored] = []
    if rows is not None:
        key = s3_paths.daily_object(session.settings.shared, batch_view(view), version)
        body = await asyncio.to_thread(table.encode, rows, view)
        objects.append(await write_object(session, day, key, body, rows.num_rows))
    return BatchView(
        version=version,
        made_from=dict(made_from),
        objects=objects,
        rows=sum(one.rows for one in objects),
        reasons=list(reasons),
    )


async def write_object(session: Session, day: CityDay, key: str, body: bytes, rows: int) -> Stored:
    """Write the one object of a view.

    Raises:
        StoreError: S3 does not answer.
    """
    with asking(f"put {key}"):
        await asyncio.to_thread(session.store.put, key, body)
    return Stored(key, floor_hour(day.start_ms), rows)
