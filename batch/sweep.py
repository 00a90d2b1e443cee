"""Old versions go when nobody can be reading them any more."""

import asyncio
import time
from collections import defaultdict
from typing import Any

from batch.publish import load
from batch.session import begun_ms
from citystream.contracts import s3_paths
from citystream.contracts.manifest import Manifest
from citystream.settings import Settings

DELETED_AT_ONCE = 1_000
"""S3 takes no more."""


async def sweep(s3: Any, settings: Settings, grace_s: float) -> int:
    """Delete versions that no manifest has named for `grace_s`; how many objects that were.

    What a killed run left goes too, as it began longer ago than that.

    Raises:
        PublishError: a manifest can't be read, so nobody knows what it names.
        BotoCoreError, ClientError: S3 does not answer.
    """
    bound_ms = round((time.time() - grace_s) * 1000)
    by_date: dict[str, dict[str, str]] = defaultdict(dict)
    for root in (s3_paths.COMPACTED, s3_paths.VIEWS):
        for folder in await _folders(s3, settings, f"{settings.namespace}/{root}/"):
            for prefix in await _folders(s3, settings, folder):
                version = prefix.rstrip("/").rpartition("v=")[2]
                by_date[version.split(".")[0]][prefix] = version
    old: list[str] = []
    for date, versions in by_date.items():
        known = await load(s3, settings, date)
        # Until now readers may have held to what it named before.
        if known and known.manifest.published_ms > bound_ms:
            continue
        named = _named(known.manifest, settings.namespace) if known else set()
        old += [
            prefix
            for prefix, version in versions.items()
            if prefix not in named and begun_ms(version) < bound_ms
        ]
    deleted = 0
    for prefix in old:
        deleted += await _delete(s3, settings, prefix)
    return deleted


def _named(manifest: Manifest, namespace: str) -> set[str]:
    compacted, views = manifest.compacted.items(), manifest.views.items()
    return {
        *(
            s3_paths.version_prefix(s3_paths.compacted_prefix(namespace, type_), one.version)
            for type_, one in compacted
        ),
        *(s3_paths.version_prefix(s3_paths.view_prefix(namespace, name), one.version) for name, one in views),
    }


async def _folders(s3: Any, settings: Settings, prefix: str) -> list[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=settings.s3_bucket, Prefix=prefix, Delimiter="/"
    )
    return [entry["Prefix"] async for page in pages for entry in page.get("CommonPrefixes", [])]


async def _delete(s3: Any, settings: Settings, prefix: str) -> int:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=settings.s3_bucket, Prefix=prefix)
    keys = [entry["Key"] async for page in pages for entry in page.get("Contents", [])]
    await asyncio.gather(
        *(
            s3.delete_objects(
                Bucket=settings.s3_bucket,
                Delete={"Objects": [{"Key": key} for key in keys[at : at + DELETED_AT_ONCE]], "Quiet": True},
            )
            for at in range(0, len(keys), DELETED_AT_ONCE)
        )
    )
    return len(keys)
