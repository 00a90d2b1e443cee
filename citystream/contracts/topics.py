"""Topic names and settings.

Sources are stamped by the broker (`LogAppendTime`), so "from the future" is a fact of the log.
Changelogs are compacted, but not before `COMPACTION_LAG_MS`: a worker that slept through its
session writes old state after its successor's, and the newer state must still be there to win.
"""

DAY_MS = 86_400_000

# The longest-lived state (a vehicle, 24 h), and as long again for a worker's longest sleep.
COMPACTION_LAG_MS = 2 * DAY_MS


def source(namespace: str, type_: str) -> str:
    """Raw events of one type."""
    return f"{namespace}.{type_}"


def dead_letters(namespace: str, type_: str) -> str:
    """Events of one type that could not be used, with the reason in the headers."""
    return f"{namespace}.{type_}.dlq"


def app_id(namespace: str, type_: str) -> str:
    """Consumer group of the service's stream role."""
    return f"{namespace}-{type_}"


def archive_group(namespace: str, type_: str) -> str:
    """Consumer group of the service's archive role."""
    return f"{namespace}-{type_}-archive"


TABLE = "state"


def changelog(namespace: str, type_: str) -> str:
    """Changelog of the service's table; the name is Faust's."""
    return f"{app_id(namespace, type_)}-{TABLE}-changelog"


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
CHANGELOG_SETTINGS = {
    "cleanup.policy": "compact",
    "min.compaction.lag.ms": str(COMPACTION_LAG_MS),
}
