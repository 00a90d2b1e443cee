"""Elasticsearch indices and document ids.

Windows lie in one index per type and month of their start; incidents and other single states in one
index per view. Ids are deterministic and versions external, so that writing twice is writing once.
"""

from datetime import UTC, datetime
from functools import lru_cache

from citystream.contracts.redis_keys import PARTITION_DIGITS

OFFSET_BITS = 20


@lru_cache(maxsize=4_096)
def windows(namespace: str, type_: str, view: str, start_s: int) -> str:
    """Index of the windows that start in one month."""
    return f"{namespace}-{type_}-{view}-{datetime.fromtimestamp(start_s, UTC):%Y.%m}"


def states(namespace: str, type_: str, view: str) -> str:
    """Index of things that have one state: incidents, vehicles, stations."""
    return f"{namespace}-{type_}-{view}"


def window_id(key: str, start_s: int, generation: int, partition: int) -> str:
    """One document per key, window and partition."""
    return f"{key}|{start_s}|{generation}.{partition:0{PARTITION_DIGITS}d}"


def window_doc_version(offset: int) -> int:
    """Versions must be positive; offsets start at 0."""
    return offset + 1


def latest_doc_version(time_ms: int, offset: int) -> int:
    """Event time first, then the low bits of the offset: 41 + 20 bits of a signed 64-bit version."""
    return (time_ms << OFFSET_BITS) | (offset & ((1 << OFFSET_BITS) - 1))
