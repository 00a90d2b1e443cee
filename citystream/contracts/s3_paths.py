"""Object names in the batch layer.

`<namespace>/raw/topic=<t>/date=<d>/hour=<h>/<partition>-<first offset>.parquet`, date and hour of the
first record's Kafka timestamp, UTC. An object is created once and never replaced. Where a topic was
made anew, its offsets start over: the later log's objects carry a generation, `<partition>g<n>-…`.
"""

import re
from datetime import UTC, datetime

RAW = "raw"
OFFSET_DIGITS = 20

FIRST_OFFSET = "first-offset"
LAST_OFFSET = "last-offset"
FIRST_TIMESTAMP_MS = "first-timestamp-ms"
"""Metadata of an archived object: what it covers, and of which log."""

_RAW_OBJECT = re.compile(r"/(\d+)(?:g\d+)?-(\d+)\.parquet$")


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
    at = datetime.fromtimestamp(first_timestamp_ms / 1000, UTC)
    return f"{prefix}date={at:%Y-%m-%d}/hour={at:%H}/"


def parse_raw_object(key: str) -> tuple[int, int] | None:
    """Partition and first offset of an object of raw events; None of any other object."""
    found = _RAW_OBJECT.search(key)
    return (int(found[1]), int(found[2])) if found else None
