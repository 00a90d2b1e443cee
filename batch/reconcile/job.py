"""reconcile: the windows of a closed day in both layers, and what explains where they differ.

batch views, pages of Redis -> windows that differ -> events that were dropped or counted twice -> tables
"""

import shutil

from batch.daily import table
from batch.reconcile.reporting import OfType, metric_rows, summary, window_rows
from batch.reconcile.speed_layer import speed_layer
from batch.reconcile.windows import Open, reconciled
from batch.run import Result
from batch.session import Session
from batch.table_writing import write_table
from citystream.contracts.city_day import CityDay
from citystream.contracts.daily_view import batch_view
from citystream.contracts.manifest import Manifest
from citystream.contracts.reconciliation import BOUND_PCT, RECONCILED_WINDOWS, RECONCILIATION


async def reconcile(session: Session, day: CityDay, version: str, known: Manifest) -> Result:
    """Write how far the speed layer's windows of a day are those of its batch views.

    Returns:
        Without views where no window of the day can be compared; why is told.

    Raises:
        SpeedLayerError: Redis does not answer.
        OSError: S3 does not answer, or the disk takes no more.
    """
    found: list[OfType] = []
    reasons: list[str] = []
    folder = session.scratch / version / "reconcile"
    async with speed_layer(session.settings) as speed:
        for type_, service in session.services.items():
            if not service.windows or type_ not in known.compacted:
                continue
            try:
                found.append(await reconciled(session, day, known, service, speed, folder))
            except Open as why:
                reasons.append(f"{type_}: {why}")
                session.progress.say(f"{day.date} {type_}: not reconciled: {why}")
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    if not found:
        return Result({})
    for one in found:
        session.progress.say(f"{day.date} {summary(one)}")
    rows = metric_rows(found)
    made_from = {one.type_: known.compacted[one.type_].version for one in found}
    views = {
        batch_view(view): await write_table(
            session, day, version, view, table.of_rows(of_view, view), made_from, reasons
        )
        for view, of_view in ((RECONCILIATION, rows), (RECONCILED_WINDOWS, window_rows(found)))
    }
    drift = {
        f"{row['type']}.{row['metric']}": row["drift_pct"] for row in rows if row["drift_pct"] is not None
    }
    return Result(views, sum(value > BOUND_PCT for value in drift.values()), drift)
