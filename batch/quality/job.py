"""quality: how good a day's data is.

compacted events, the days before -> rules -> intervals, senders, checks -> S3, and a page to read
"""

import asyncio
import shutil
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from batch.daily import table
from batch.daily.inputs import Inputs
from batch.quality import checks, report
from batch.quality.examining import Examined, examine
from batch.run import Result
from batch.session import Session
from batch.staging import UNREADABLE
from batch.table_writing import write_object, write_table
from citystream.contracts import s3_paths
from citystream.contracts.city_day import CityDay
from citystream.contracts.daily_view import batch_view
from citystream.contracts.manifest import BatchView, Compacted
from citystream.contracts.quality import QUALITY, QUALITY_ENTITIES, QUALITY_INTERVALS, REPORT


async def quality(session: Session, day: CityDay, version: str, compacted: Mapping[str, Compacted]) -> Result:
    """Write the tables of quality of a day's compacted events, and its report.

    Raises:
        OSError: S3 does not answer, or the disk takes no more.
    """
    folder = session.scratch / version / "quality"
    inputs = Inputs(session, day, compacted, folder)
    # A type whose service is no longer installed can't be read.
    known = {type_: whole for type_, whole in compacted.items() if type_ in session.services}
    found: dict[str, Examined] = {}
    rows: list[checks.Check] = []
    step = session.progress.step(f"{day.date}: types held against rules", len(known))
    for type_, whole in known.items():
        try:
            found[type_] = await examine(session, inputs, type_)
            unreadable = await _unreadable(inputs, whole)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        rows += checks.checks(type_, whole, found[type_], unreadable, day.end_ms - day.start_ms)
        step.advance()
    step.finish()
    tables = {
        QUALITY: table.of_rows(rows, QUALITY),
        QUALITY_INTERVALS: table.of_rows(_intervals(found), QUALITY_INTERVALS),
        QUALITY_ENTITIES: table.of_rows(
            [row for one in found.values() for row in one.entities.to_pylist()], QUALITY_ENTITIES
        ),
    }
    made_from, reasons = inputs.origin(*known)
    views: dict[str, BatchView] = {}
    for view, made in tables.items():
        views[batch_view(view)] = await write_table(session, day, version, view, made, made_from, reasons)
    page = await asyncio.to_thread(report.page, day, tables, reasons)
    key = s3_paths.daily_report(session.settings.shared, REPORT, version)
    stored = await write_object(session, day, key, page, 0)
    views[REPORT] = BatchView(version=version, made_from=made_from, objects=[stored], reasons=reasons)
    return Result(views, checks_failed=checks.failed(rows))


async def _unreadable(inputs: Inputs, compacted: Compacted) -> dict[str, int]:
    """Records that are no event, by field and reason."""
    schema = pa.schema([UNREADABLE.field(name) for name in ("field", "reason")])
    rows = await inputs.rows(compacted.unreadable, schema)
    # Where in a record it is, is another in each.
    placeless = rows.mutate(reason=rows["reason"].re_replace(r" \(byte \d+\)$", ""))
    counts = await inputs.table(placeless.group_by("field", "reason").agg(records=placeless.count()))
    return {f"{row['field']}: {row['reason']}": row["records"] for row in counts.to_pylist()}


def _intervals(found: Mapping[str, Examined]) -> list[dict[str, Any]]:
    return [
        {**row, "type": type_, "rule": rule.name, "left_out": rule.leaves_out}
        for type_, one in found.items()
        for rule, rows in one.intervals.items()
        for row in rows.to_pylist()
    ]
