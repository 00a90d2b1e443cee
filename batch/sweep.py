"""Old versions go when nobody can be reading them any more."""

import asyncio
import time
from collections import defaultdict

from obstore.store import S3Store

from batch.object_store import asking, entries, folders
from batch.publish import load
from batch.version import parsed
from citystream.contracts import s3_paths
from citystream.contracts.manifest import Manifest


async def sweep(store: S3Store, namespace: str, grace_s: float) -> int:
    """Delete versions that no manifest has named for `grace_s`; how many objects that were.

    What a killed run left goes too, as it began longer ago than that.

    Raises:
        PublishError: a manifest can't be read, so nobody knows what it names.
        StoreError: S3 does not answer.
    """
    bound_ms = round((time.time() - grace_s) * 1000)
    by_date: dict[str, dict[str, int]] = defaultdict(dict)
    for root in (s3_paths.COMPACTED, s3_paths.VIEWS):
        for folder in await folders(store, f"{namespace}/{root}/"):
            for prefix in await folders(store, folder):
                version = parsed(prefix.rstrip("/").rpartition("v=")[2])
                # What else lies there is nobody's to delete.
                if version:
                    by_date[version.date][prefix] = version.begun_ms
    old: list[str] = []
    for date, versions in by_date.items():
        known = await load(store, namespace, date)
        # Until now readers may have held to what it named before.
        if known and known.manifest.published_ms > bound_ms:
            continue
        named = set[str]()
        if known:
            named.update(
                compacted_prefixes(known.manifest, namespace), view_prefixes(known.manifest, namespace)
            )
        old += [prefix for prefix, begun in versions.items() if prefix not in named and begun < bound_ms]
    deleted = 0
    for prefix in old:
        deleted += await _delete(store, prefix)
    return deleted


def compacted_prefixes(manifest: Manifest, namespace: str) -> list[str]:
    """Where the versions of its events lie."""
    return [
        s3_paths.version_prefix(s3_paths.compacted_prefix(namespace, type_), one.version)
        for type_, one in manifest.compacted.items()
    ]


def view_prefixes(manifest: Manifest, namespace: str) -> list[str]:
    """Where the versions of its views lie."""
    return [
        s3_paths.version_prefix(s3_paths.view_prefix(namespace, name), one.version)
        for name, one in manifest.views.items()
    ]


async def _delete(store: S3Store, prefix: str) -> int:
    keys = [one.key for one in await entries(store, prefix)]
    with asking(f"delete {prefix}"):
        await asyncio.to_thread(store.delete, keys)
    return len(keys)
