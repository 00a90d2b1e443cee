"""Raw events go once no day that is kept, or is not closed, may be made from them."""

import asyncio
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from batch.compact import LOOK_BACK_MS
from batch.object_store import Entry, asking, entries, folders
from batch.publish import load
from batch.session import Session
from batch.slices import reach
from citystream.contracts import s3_paths
from citystream.contracts.city_day import city_day, day_at
from citystream.contracts.manifest import Manifest


class Objects(NamedTuple):
    """What goes."""

    keys: list[str]
    size: int
    """Bytes."""

    def __str__(self) -> str:
        return f"{len(self.keys):,} objects, {self.size / 1e6:,.1f} MB"


class RawRetention:
    """Raw events that arrived before all days that are kept."""

    def __init__(self, session: Session, first_kept: date, *, dry_run: bool) -> None:
        self._session = session
        self._first_kept = first_kept
        self._dry_run = dry_run
        self._manifests: dict[date, Manifest | None] = {}

    async def retain(self) -> None:
        """Delete them, each date of arrival once it is known what of it goes."""
        for type_ in self._session.services:
            prefix = s3_paths.raw_prefix(self._session.settings.shared, type_)
            old = [
                folder
                for folder in await folders(self._session.store, prefix)
                if _date(folder) is not None and folder < f"{prefix}date={self._first_kept}"
            ]
            step = self._session.progress.step(f"retain: {type_}'s dates of arrival", len(old))
            for folder in old:
                await self._date(type_, folder)
                step.advance()
            step.finish()

    async def _date(self, type_: str, folder: str) -> None:
        store, say = self._session.store, self._session.progress.say
        hours: dict[int, list[Entry]] = {}
        for entry in await entries(store, folder):
            hour_ms = s3_paths.hour_of(entry.key)
            if hour_ms is not None and s3_paths.parse_raw_object(entry.key):
                hours.setdefault(hour_ms, []).append(entry)
        reasons = {hour_ms: await self._why_kept(type_, hour_ms) for hour_ms in sorted(hours)}
        gone = objects(
            entry for hour_ms, reason in reasons.items() if reason is None for entry in hours[hour_ms]
        )
        name = f"{type_}: raw events that arrived on {_date(folder)}"
        if gone.keys:
            if not self._dry_run:
                with asking(f"delete {folder}"):
                    await asyncio.to_thread(store.delete, gone.keys)
            say(f"{name}, {gone}: {'would go' if self._dry_run else 'deleted'}")
        for reason in dict.fromkeys(reason for reason in reasons.values() if reason):
            stays = objects(entry for hour in hours if reasons[hour] == reason for entry in hours[hour])
            say(f"{name}, {stays}: stay: {reason}")

    async def _why_kept(self, type_: str, hour_ms: int) -> str | None:
        """Why what arrived in an hour stays: a day that may be made from it is kept, or not closed."""
        zone = self._session.zone
        # A day looks back too, for where its partitions went on.
        end_ms, at_ms = reach(hour_ms + LOOK_BACK_MS, zone).end_ms, reach(hour_ms, zone).start_ms
        while at_ms < end_ms:
            day = day_at(at_ms, zone)
            if day.date >= self._first_kept:
                return f"{day.date}, which is kept, may be made from it"
            reason = await self._why_open(type_, day.date)
            if reason:
                return f"{day.date} {reason}"
            at_ms = day.end_ms
        return None

    async def _why_open(self, type_: str, day: date) -> str | None:
        if day not in self._manifests:
            known = await load(self._session.store, self._session.settings.shared, str(day))
            self._manifests[day] = known.manifest if known else None
        manifest, own = self._manifests[day], city_day(day, self._session.zone)
        if manifest is None or type_ not in manifest.compacted:
            return f"is not compacted; city-batch run --date {day} does it"
        if (manifest.start_ms, manifest.end_ms) != (own.start_ms, own.end_ms):
            return f"was made for another zone, {manifest.timezone}"
        reasons = manifest.compacted[type_].reasons
        return f"is not closed: {reasons[0]}" if reasons else None


def objects(found: Iterable[Entry]) -> Objects:
    """Entries together."""
    all_of_it = list(found)
    return Objects([one.key for one in all_of_it], sum(one.size for one in all_of_it))


def _date(folder: str) -> date | None:
    """The date of arrival (UTC) whose folder it is."""
    try:
        return date.fromisoformat(folder.rstrip("/").rpartition("date=")[2])
    except ValueError:
        return None
