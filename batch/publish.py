"""Switching a day to what a run has made: one PUT of its manifest, if nobody else switched it meanwhile."""

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import NamedTuple, TypeVar

import msgspec
from obstore.exceptions import AlreadyExistsError, PreconditionError
from obstore.store import S3Store

from batch.object_store import asking
from citystream.contracts import manifest, s3_paths
from citystream.contracts.city_day import CityDay
from citystream.contracts.manifest import BatchView, Compacted, Job, Manifest

TRIES = 10

Made = TypeVar("Made", Compacted, BatchView)


class PublishError(Exception):
    """The day could not be switched; the message says why and what to do next."""


class Known(NamedTuple):
    """A manifest, and the tag that a PUT must name to replace it."""

    manifest: Manifest
    etag: str | None


async def load(store: S3Store, namespace: str, day: str) -> Known | None:
    """A day's manifest; None where there is none yet.

    Raises:
        PublishError: it is not what this version writes.
        StoreError: S3 does not answer.
    """
    key = s3_paths.manifest(namespace, day)
    with asking(f"get {key}"):
        try:
            answer = await asyncio.to_thread(store.get, key)
            body = bytes(await asyncio.to_thread(answer.bytes))
        except FileNotFoundError:
            return None
    try:
        return Known(manifest.decode(body), answer.meta["e_tag"])
    except msgspec.MsgspecError as error:
        raise PublishError(
            f"{key} can't be read: {error}; move it away, and the day is made anew by the next run"
        ) from error


async def dates(store: S3Store, namespace: str, first: date) -> set[str]:
    """Dates from one on that have a manifest.

    Raises:
        StoreError: S3 does not answer.
    """
    before = s3_paths.manifest(namespace, str(first - timedelta(days=1)))
    prefix = s3_paths.manifests_prefix(namespace)

    def listed() -> set[str]:
        found = store.list(prefix, offset=before).collect()
        return {name for one in found if (name := s3_paths.date_of(one["path"]))}

    with asking(f"list {prefix}"):
        return await asyncio.to_thread(listed)


async def publish(
    store: S3Store,
    namespace: str,
    day: CityDay,
    compacted: Mapping[str, Compacted],
    views: Mapping[str, BatchView],
    jobs: Mapping[str, Job] | None = None,
) -> Manifest:
    """Make these the day's; what a run did not make stays as it is.

    Raises:
        PublishError: a later run has made it already; or it was complete, and would lack events now.
        StoreError: S3 does not answer; the day is as it was.
    """

    def changed(known: Manifest | None) -> Manifest:
        if known:
            _not_less(known, compacted)
        return Manifest(
            date=str(day.date),
            timezone=day.timezone,
            start_ms=day.start_ms,
            end_ms=day.end_ms,
            published_ms=round(time.time() * 1000),
            compacted=_newer(known.compacted if known else {}, compacted),
            views=_newer(known.views if known else {}, views),
            jobs={**(known.jobs if known else {}), **(jobs or {})},
        )

    return await _switch(store, namespace, str(day.date), changed)


async def withdraw(store: S3Store, namespace: str, day: str, *, compacted: bool, views: bool) -> Manifest:
    """Publish a day without its compacted events, or its views, or both; `sweep` deletes their objects.

    Raises:
        PublishError: there is no such day.
        StoreError: S3 does not answer; the day is as it was.
    """

    def changed(known: Manifest | None) -> Manifest:
        if known is None:
            raise PublishError(f"{day}: its manifest has gone meanwhile; run again")
        return msgspec.structs.replace(
            known,
            published_ms=round(time.time() * 1000),
            compacted={} if compacted else known.compacted,
            views={} if views else known.views,
        )

    return await _switch(store, namespace, day, changed)


def _not_less(known: Manifest, made: Mapping[str, Compacted]) -> None:
    """What is complete stays, where its raw events have gone since."""
    for type_, one in made.items():
        before = known.compacted.get(type_)
        if before and not before.reasons and one.reasons and one.rows < before.rows:
            raise PublishError(
                f"{known.date} {type_}: it is complete with {before.rows:,} rows, and would have "
                f"{one.rows:,} now: {one.reasons[0]}; it stays as it was. Were its raw events deleted?"
            )


def _newer(known: Mapping[str, Made], made: Mapping[str, Made]) -> dict[str, Made]:
    for name, one in made.items():
        if name in known and known[name].version > one.version:
            raise PublishError(
                f"{name}: {known[name].version}, which began later, was published meanwhile; it stays"
            )
    return {**known, **made}


async def _switch(
    store: S3Store, namespace: str, day: str, changed: Callable[[Manifest | None], Manifest]
) -> Manifest:
    key = s3_paths.manifest(namespace, day)
    for _ in range(TRIES):
        known = await load(store, namespace, day)
        new = changed(known.manifest if known else None)
        with asking(f"put {key}"):
            try:
                # If-Match of what was read, or If-None-Match where nothing was.
                await asyncio.to_thread(
                    store.put, key, manifest.encode(new), mode={"e_tag": known.etag} if known else "create"
                )
            except (PreconditionError, AlreadyExistsError, FileNotFoundError):
                # Another run was faster: what it made is joined.
                continue
        return new
    raise PublishError(f"{key} changes too often; run again when the other runs of this day are done")
