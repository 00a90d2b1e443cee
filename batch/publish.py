"""Switching a day to what a run has made: one PUT of its manifest, if nobody else switched it meanwhile."""

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import msgspec
from botocore.exceptions import ClientError

from citystream.contracts import manifest, s3_paths
from citystream.contracts.city_day import CityDay
from citystream.contracts.manifest import BatchView, Compacted, Manifest
from citystream.settings import Settings

TRIES = 10
LOST = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey"})

Made = TypeVar("Made", Compacted, BatchView)


class PublishError(Exception):
    """The day could not be switched; the message says why and what to do next."""


class Known(NamedTuple):
    """A manifest, and what a PUT must name to replace it."""

    manifest: Manifest
    etag: str


async def load(s3: Any, settings: Settings, date: str) -> Known | None:
    """A day's manifest; None where there is none yet.

    Raises:
        PublishError: it is not what this version writes.
        BotoCoreError, ClientError: S3 does not answer.
    """
    key = s3_paths.manifest(settings.namespace, date)
    try:
        answer = await s3.get_object(Bucket=settings.s3_bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return None
        raise
    try:
        return Known(manifest.decode(await answer["Body"].read()), answer["ETag"])
    except msgspec.MsgspecError as error:
        raise PublishError(
            f"{key} can't be read: {error}; move it away, and the day is made anew by the next run"
        ) from error


async def publish(
    s3: Any,
    settings: Settings,
    day: CityDay,
    compacted: Mapping[str, Compacted],
    views: Mapping[str, BatchView],
) -> Manifest:
    """Make these the day's; what a run did not make stays as it is.

    Raises:
        PublishError: a later run has made it already.
        BotoCoreError, ClientError: S3 does not answer; the day is as it was.
    """

    def changed(known: Manifest | None) -> Manifest:
        return Manifest(
            date=str(day.date),
            timezone=day.timezone,
            start_ms=day.start_ms,
            end_ms=day.end_ms,
            published_ms=round(time.time() * 1000),
            compacted=_newer(known.compacted if known else {}, compacted),
            views=_newer(known.views if known else {}, views),
        )

    return await _switch(s3, settings, str(day.date), changed)


def _newer(known: Mapping[str, Made], made: Mapping[str, Made]) -> dict[str, Made]:
    for name, one in made.items():
        if name in known and known[name].version > one.version:
            raise PublishError(
                f"{name}: {known[name].version}, which began later, was published meanwhile; it stays"
            )
    return {**known, **made}


async def _switch(
    s3: Any, settings: Settings, date: str, changed: Callable[[Manifest | None], Manifest]
) -> Manifest:
    key = s3_paths.manifest(settings.namespace, date)
    for _ in range(TRIES):
        known = await load(s3, settings, date)
        new = changed(known.manifest if known else None)
        condition = {"IfMatch": known.etag} if known else {"IfNoneMatch": "*"}
        try:
            await s3.put_object(
                Bucket=settings.s3_bucket,
                Key=key,
                Body=manifest.encode(new),
                ContentType="application/json",
                **condition,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in LOST:
                raise
            # Another run was faster: what it made is joined.
            continue
        return new
    raise PublishError(f"{key} changes too often; run again when the other runs of this day are done")
