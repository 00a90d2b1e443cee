"""Redis keys of the speed layer, with their time to live.

Every key of one entity carries the same hash tag `{ns:type:bucket}`, so that one script may touch
a value, its index and its place on the map, on a cluster too. Readers visit all `BUCKETS`.

| key | kind | field or member | value |
|---|---|---|---|
| `page` | hash | `start_s.generation.partition` | version + state: the windows of one hour |
| `live` | hash | `generation.partition` | version + state: the newest window, or an incident |
| `latest` | hash | `v` | version + event: a vehicle, a station, a camera |
| `index` | sorted set | key | event time, s: what is live, newest last |
| `places` | geo set | key | longitude, latitude |
| `partitions` | hash | partition | msgpack of `PartitionFacts` |
| `whole_from` | string | | event time, ms: windows that began before may be lost |

A version is a run of decimal digits of fixed length, so that text order is the order of the log:
see `window_version`, `live_version`, `latest_version`.
"""

from zlib import crc32

import msgspec

HOUR_S = 3600
DAY_S = 24 * HOUR_S
BUCKETS = 16

AGGREGATE_TTL_S = 7 * DAY_S
STATUS_TTL_S = 15
SESSION_S = 12 * HOUR_S
"""How long a browser is signed in; an ended session is remembered as long."""

OFFSET_DIGITS = 16
TIME_DIGITS = 14
PARTITION_DIGITS = 5


class PartitionFacts(msgspec.Struct, frozen=True, array_like=True):
    """How far one partition of a source topic has been folded."""

    generation: int
    next_offset: int
    watermark_ms: int
    """Event time up to which the partition is complete, but for allowed lateness; -1 for none yet."""
    published_at_ms: int
    """Wall clock of the worker that wrote this."""


def bucket(key: str) -> int:
    """Which of the `BUCKETS` an entity lives in."""
    return crc32(key.encode()) % BUCKETS


def tag(namespace: str, type_: str, number: int) -> str:
    """Hash tag of one bucket."""
    return f"{{{namespace}:{type_}:{number:02d}}}"


def page_start(start_s: int) -> int:
    """First second of the page (an hour) that a window's start falls into."""
    return start_s - start_s % HOUR_S


def page(namespace: str, type_: str, view: str, key: str, start_s: int) -> str:
    """The windows of one key that start in one hour."""
    return f"{tag(namespace, type_, bucket(key))}:page:{view}:{page_start(start_s)}:{key}"


def live(namespace: str, type_: str, view: str, key: str) -> str:
    """The newest state of one key, a field per generation and partition."""
    return f"{tag(namespace, type_, bucket(key))}:live:{view}:{key}"


def latest(namespace: str, type_: str, view: str, key: str) -> str:
    """The latest event of one thing."""
    return f"{tag(namespace, type_, bucket(key))}:latest:{view}:{key}"


def index(namespace: str, type_: str, view: str, number: int) -> str:
    """What is live in one bucket."""
    return f"{tag(namespace, type_, number)}:index:{view}"


def places(namespace: str, type_: str, view: str, number: int) -> str:
    """Where the things of one bucket are."""
    return f"{tag(namespace, type_, number)}:places:{view}"


def partitions(namespace: str, type_: str) -> str:
    """How far each partition has been folded."""
    return f"{{{namespace}:{type_}}}:partitions"


def whole_from(namespace: str, type_: str) -> str:
    """Event time from which on Redis has every window: the watermark when it was written to first."""
    return f"{{{namespace}:{type_}}}:whole-from"


def status(namespace: str, process: str, instance: str) -> str:
    """What one process says of itself, as JSON; gone `STATUS_TTL_S` after its last word."""
    return f"{namespace}:status:{process}:{instance}"


def status_pattern(namespace: str) -> str:
    """Matches every process's status."""
    return f"{namespace}:status:*"


def sentinel(namespace: str, type_: str) -> str:
    """Absent only where Redis was emptied: its owner then publishes its live state again."""
    return f"{namespace}:sentinel:{type_}"


def ended_sessions(namespace: str) -> str:
    """Sorted set: ids of browsers' sessions that were ended before their time, by when (epoch ms)."""
    return f"{namespace}:gateway:ended-sessions"


def changes(namespace: str, type_: str) -> str:
    """Pub/sub channel: msgpack `{view: [keys]}` of what a publish just changed."""
    return f"{namespace}:changes:{type_}"


def window_field(start_s: int, generation: int, partition: int) -> str:
    """Field of a `page`."""
    return f"{start_s}.{generation}.{partition}"


def partition_field(generation: int, partition: int) -> str:
    """Field of a `live` key."""
    return f"{generation}.{partition}"


LATEST_FIELD = "v"

WINDOW_VERSION_LENGTH = OFFSET_DIGITS
LIVE_VERSION_LENGTH = TIME_DIGITS + OFFSET_DIGITS
LATEST_VERSION_LENGTH = TIME_DIGITS + PARTITION_DIGITS + OFFSET_DIGITS


def window_version(offset: int) -> bytes:
    """Orders the states of one window in one partition."""
    return b"%016d" % offset


def live_version(start_s: int, offset: int) -> bytes:
    """Orders the newest windows of one partition: by window, then by offset."""
    return b"%014d%016d" % (start_s, offset)


def latest_version(time_ms: int, partition: int, offset: int) -> bytes:
    """Orders the events of one thing: by event time, then by place in the log."""
    return b"%014d%05d%016d" % (time_ms, partition, offset)
