"""Topic names and settings.

Sources are stamped by the broker (`LogAppendTime`), so "from the future" is a fact of the log.
Changelogs are compacted, but only after a state's life and a worker's longest sleep: one that slept
through its session writes old state after its successor's, and the newer must still be there to win.
"""

import re

from citystream.contracts.redis_keys import AGGREGATE_TTL_S

DAY_MS = 86_400_000

NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
NAME_RULE = "must be lower-case letters, digits, '-' or '_', and begin with a letter"
"""Names of types and views stand in topics, Redis keys, object names and indices."""

LONGEST_SLEEP_MS = DAY_MS
LIFE_MS = {"gps": DAY_MS, "traffic": DAY_MS}
"""How long a state of a type lives at most, where it is not the week that Redis keeps aggregates."""


def life_ms(type_: str) -> int:
    """How long a state of a type may live at most, for its changelog to be safe."""
    return LIFE_MS.get(type_, AGGREGATE_TTL_S * 1000)


def source(namespace: str, type_: str) -> str:
    """Raw events of one type."""
    return f"{namespace}.{type_}"


def dead_letters(namespace: str, type_: str) -> str:
    """Events of one type that could not be used, with the reason in the headers."""
    return f"{namespace}.{type_}.dlq"


def control(namespace: str, type_: str) -> str:
    """Notices of paused partitions of one type, and the answers to them; one partition."""
    return f"{namespace}.{type_}.control"


def app_id(namespace: str, type_: str) -> str:
    """Consumer group of the service's stream role."""
    return f"{namespace}-{type_}"


def archive_group(namespace: str, type_: str) -> str:
    """Consumer group of the service's archive role."""
    return f"{namespace}-{type_}-archive"


OUTPUTS = {"traffic": {"forecast": "forecasts"}}
"""Type -> role that one process has, beside stream and archive -> what its own topic is called."""


def output(namespace: str, type_: str, role: str) -> str:
    """What such a role makes; one partition."""
    return f"{source(namespace, type_)}.{OUTPUTS[type_][role]}"


def role_group(namespace: str, type_: str, role: str) -> str:
    """Consumer group of such a role."""
    return f"{app_id(namespace, type_)}-{role}"


TABLE = "state"


def changelog(namespace: str, type_: str) -> str:
    """Changelog of the service's table; the name is Faust's."""
    return f"{app_id(namespace, type_)}-{TABLE}-changelog"


def role_changelog(namespace: str, type_: str, role: str) -> str:
    """Changelog of such a role's table; one partition."""
    return f"{role_group(namespace, type_, role)}-{TABLE}-changelog"


SOURCE_SETTINGS = {
    "message.timestamp.type": "LogAppendTime",
    "retention.ms": str(7 * DAY_MS),
    "cleanup.policy": "delete",
}
DEAD_LETTER_SETTINGS = {
    # Keyed by origin: one that is sent again replaces itself.
    "cleanup.policy": "compact,delete",
    "retention.ms": str(30 * DAY_MS),
}
CONTROL_SETTINGS = {"cleanup.policy": "compact"}
ROLE_CHANGELOG_SETTINGS = {
    "cleanup.policy": "compact",
    # Each step writes all of it anew: what a sleeper wrote between lies behind newer rows soon, and
    # whole days of it would be gigabytes.
    "min.compaction.lag.ms": str(DAY_MS // 24),
    "segment.bytes": str(128 << 20),
}
OUTPUT_SETTINGS = {"retention.ms": str(7 * DAY_MS), "cleanup.policy": "delete"}


def changelog_settings(type_: str) -> dict[str, str]:
    """Settings of a type's changelog."""
    lag_ms = life_ms(type_) + LONGEST_SLEEP_MS
    return {
        "cleanup.policy": "compact",
        "min.compaction.lag.ms": str(lag_ms),
        # Who reads several partitions as one log needs one clock.
        "message.timestamp.type": "LogAppendTime",
    }
