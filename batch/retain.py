"""What is too old goes: compacted events and views by a day's age, raw events once their days are closed.

A day's manifest is published without what goes, and only then do objects go, by `sweep`, when nobody can be
reading them any more.
"""

from collections.abc import AsyncGenerator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from batch.object_store import entries
from batch.publish import dates, load, withdraw
from batch.raw_retention import RawRetention, objects
from batch.session import Session
from batch.slices import LATE_MS
from batch.sweep import compacted_prefixes, view_prefixes
from citystream.contracts.city_day import HOUR_MS
from citystream.contracts.daily import USUAL_DAYS
from citystream.contracts.manifest import Manifest

LEAST_COMPACTED_DAYS = 7
"""The last days are made again as late events come, and some jobs ask for the days before."""
LEAST_RAW_DAYS = LATE_MS // (24 * HOUR_MS) + 1


class Kept(NamedTuple):
    """For how many days each is kept; None for ever."""

    compacted: int | None
    views: int | None
    raw: int | None


def why_not(kept: Kept) -> str | None:
    """Why so few days can't be meant; None if they can."""
    least = {
        "--compacted-days": (kept.compacted, LEAST_COMPACTED_DAYS, "days are made again as late events come"),
        "--views-days": (kept.views, USUAL_DAYS, "what is usual is made of so many"),
        "--raw-days": (kept.raw, LEAST_RAW_DAYS, "a day is made of what arrives in the 3 days after it"),
    }
    for option, (days, enough, reason) in least.items():
        if days is not None and days < enough:
            return f"{option} {days}: give {enough} or more; {reason}"
    if kept.raw is not None and kept.compacted is not None and kept.compacted < kept.raw:
        return (
            f"--raw-days {kept.raw}: give no more than --compacted-days, {kept.compacted}; whether a day is "
            "closed, so that its raw events may go, stands with its compacted events"
        )
    return None


async def retain(session: Session, kept: Kept, *, dry_run: bool) -> AsyncGenerator[Manifest, None]:
    """Let go what is older, oldest first; the manifests of days that have less now.

    Args:
        dry_run: only tell what would go.

    Raises:
        PublishError: a manifest can't be read.
        StoreError: S3 does not answer.
    """
    today = datetime.now(session.zone).date()
    if kept.raw is not None:
        # Whether its days are closed is asked before they go.
        await RawRetention(session, today - timedelta(days=kept.raw), dry_run=dry_run).retain()
    found = sorted(await dates(session.store, session.settings.shared, date.min + timedelta(days=1)))
    step = session.progress.step("retain: days", len(found))
    for day in found:
        age = (today - date.fromisoformat(day)).days
        made = await _retain_day(
            session,
            day,
            compacted=kept.compacted is not None and age > kept.compacted,
            views=kept.views is not None and age > kept.views,
            dry_run=dry_run,
        )
        step.advance()
        if made:
            yield made
    step.finish()


async def _retain_day(
    session: Session, day: str, *, compacted: bool, views: bool, dry_run: bool
) -> Manifest | None:
    store, namespace = session.store, session.settings.shared
    known = await load(store, namespace, day) if compacted or views else None
    if not known:
        return None
    going = {
        "compacted events": compacted_prefixes(known.manifest, namespace) if compacted else [],
        "views": view_prefixes(known.manifest, namespace) if views else [],
    }
    for what, prefixes in going.items():
        if prefixes:
            found = [entry for prefix in prefixes for entry in await entries(store, prefix)]
            said = "would go" if dry_run else "go, from 6 hours on, when a city-batch ends"
            session.progress.say(f"{day}: {what}, {objects(found)}: {said}")
    if dry_run or not any(going.values()):
        return None
    return await withdraw(store, namespace, day, compacted=compacted, views=views)
