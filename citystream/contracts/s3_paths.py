"""Object names in the batch layer.

`<namespace>/raw/topic=<t>/date=<d>/hour=<h>/<partition>-<first offset>.parquet`, date and hour of the
first record's Kafka timestamp, UTC. An object is created once and never replaced. Where a topic was
made anew, its offsets start over: the later log's objects carry a generation, `<partition>g<n>-…`.

What the batch layer makes of them lies in versions, and a day's manifest says which version is the day's:
`<namespace>/compacted/<t>/v=<version>/…`, `<namespace>/views/<view>/v=<version>/…` and
`<namespace>/manifests/date=<d>.json`. Whoever globs beneath `compacted` reads a day more than once.
"""

import re
from datetime import UTC, datetime

RAW = "raw"
COMPACTED = "compacted"
VIEWS = "views"
MANIFESTS = "manifests"
STRAY, UNREADABLE = "stray", "unreadable"
"""Folders of a version of compacted events, beside its dates."""
OFFSET_DIGITS = 20

FIRST_OFFSET = "first-offset"
LAST_OFFSET = "last-offset"
FIRST_TIMESTAMP_MS = "first-timestamp-ms"
"""Metadata of an archived object: what it covers, and of which log."""
FOLLOWS_OFFSET = "follows-offset"
"""Metadata too: the offset that the archive went on from. Between it and the first there is no record: what
transactions or compaction took is no gap. Older objects lack it."""

_RAW_OBJECT = re.compile(r"/(\d+)(?:g\d+)?-(\d+)\.parquet$")
_MANIFEST = re.compile(rf"/{MANIFESTS}/date=(\d{{4}}-\d\d-\d\d)\.json$")
_HOUR = re.compile(r"/date=(\d{4}-\d\d-\d\d)/hour=(\d\d)/")


def raw_prefix(namespace: str, type_: str) -> str:
    """Where the raw events of one type lie."""
    return f"{namespace}/{RAW}/topic={type_}/"


def raw_object(
    namespace: str, type_: str, generation: int, partition: int, first_offset: int, first_timestamp_ms: int
) -> str:
    """Name of the object that begins at one record."""
    log = f"{partition}g{generation}" if generation else f"{partition}"
    return (
        f"{hour_prefix(raw_prefix(namespace, type_), first_timestamp_ms)}"
        f"{log}-{first_offset:0{OFFSET_DIGITS}d}.parquet"
    )


def hour_prefix(prefix: str, first_timestamp_ms: int) -> str:
    """Where, below the prefix of a type, the objects lie whose first record is of that hour."""
    return f"{date_prefix(prefix, first_timestamp_ms)}hour={_utc(first_timestamp_ms):%H}/"


def date_prefix(prefix: str, at_ms: int) -> str:
    """Where, below a prefix, the hours of a UTC date lie."""
    return f"{prefix}date={_utc(at_ms):%Y-%m-%d}/"


def hour_of(key: str) -> int | None:
    """Start of the UTC hour in whose folder an object lies, epoch milliseconds; None of one in none."""
    found = _HOUR.search(key)
    if not found:
        return None
    return round(datetime.strptime(f"{found[1]} {found[2]} +0000", "%Y-%m-%d %H %z").timestamp() * 1000)


def compacted_prefix(namespace: str, type_: str) -> str:
    """Where all versions of one type's compacted events lie."""
    return f"{namespace}/{COMPACTED}/{type_}/"


def view_prefix(namespace: str, view: str) -> str:
    """Where all versions of one batch view lie."""
    return f"{namespace}/{VIEWS}/{view}/"


def version_prefix(prefix: str, version: str) -> str:
    """Where one version of it lies."""
    return f"{prefix}v={version}/"


def daily_object(namespace: str, view: str, version: str) -> str:
    """The one object of a daily view, by its name in the manifest."""
    return f"{version_prefix(view_prefix(namespace, view), version)}rows.parquet"


def daily_report(namespace: str, view: str, version: str) -> str:
    """The one page of a daily report, by its name in the manifest."""
    return f"{version_prefix(view_prefix(namespace, view), version)}report.html"


def manifests_prefix(namespace: str) -> str:
    """Where the manifests of all days lie."""
    return f"{namespace}/{MANIFESTS}/"


def manifest(namespace: str, date: str) -> str:
    """The manifest of one day of the city (YYYY-MM-DD)."""
    return f"{manifests_prefix(namespace)}date={date}.json"


def date_of(key: str) -> str | None:
    """The day that a manifest is of, by its name; None of another object."""
    found = _MANIFEST.search(key)
    return found[1] if found else None


def parse_raw_object(key: str) -> tuple[int, int] | None:
    """Partition and first offset of an object of raw events; None of any other object."""
    found = _RAW_OBJECT.search(key)
    return (int(found[1]), int(found[2])) if found else None


def _utc(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
