"""How full a Redis is, by its own word."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class RedisMemory(NamedTuple):
    """Of the server that was asked."""

    used_bytes: int
    used_ratio: float | None
    """Of `maxmemory`; None where it has none."""


def redis_memory(info: Mapping[str, Any]) -> RedisMemory:
    """From its answer to `INFO memory`."""
    used, most = int(info["used_memory"]), int(info.get("maxmemory", 0))
    return RedisMemory(used, used / most if most else None)
