"""A day's manifest: which version of the batch layer's data is the day's. One PUT switches it.

It is JSON at `<namespace>/manifests/date=<YYYY-MM-DD>.json`, the date of the city. Who reads the batch layer
reads it first, and only the objects that it names.
"""

import msgspec


class Stored(msgspec.Struct, frozen=True):
    """One object."""

    key: str
    hour_ms: int
    """Start of the UTC hour whose rows it has: of event time, or of arrival where that can't be read. The one
    object of a daily view has the hour in which the day begins."""
    rows: int


class Compacted(msgspec.Struct, frozen=True, kw_only=True):
    """One type's events of the day, each once, by event hour."""

    version: str
    objects: list[Stored] = []
    rows: int = 0
    duplicates: int = 0
    """Left out: of the same identity and event time as an earlier one."""
    repeated: int = 0
    """Left out: records that lie in two objects."""
    unreadable: list[Stored] = []
    """Records that arrived on the day and are no event, with the reason."""
    stray: list[Stored] = []
    """Events that arrived on the day, too far from their own day to be in it."""
    objects_read: int = 0
    unknown_fields: dict[str, int] = {}
    """Of records that were looked into: how many have a field that the contract lacks, by its name."""
    looked_into: int = 0
    """Every 100th record or so."""
    arrivals_ms: list[tuple[int, int]] = []
    """Spans of arrival that the day was made from beside its own."""
    reasons: list[str] = []
    """Why it is not complete; none of a day that is closed."""


class BatchView(msgspec.Struct, frozen=True, kw_only=True):
    """One view of the day."""

    version: str
    made_from: dict[str, str]
    """Type -> version of its compacted events. What is of another day has that day's date and a slash before
    its name, such as `2026-11-26/emergency`."""
    objects: list[Stored] = []
    rows: int = 0
    left_out: int = 0
    """Events that it was not made from, as they broke rules of quality."""
    reasons: list[str] = []
    """Why it is not complete."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """How a job's last run went, that was published."""

    finished_ms: int
    seconds: float
    rows: int = 0
    """That it wrote."""
    checks_failed: int = 0
    """Rules of quality that were broken, or metrics that drift past the bound."""
    drift_pct: dict[str, float] = {}
    """`<type>.<metric>` -> drift between speed and batch."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What is valid of one day."""

    date: str
    timezone: str
    start_ms: int
    end_ms: int
    """Of the day, epoch milliseconds."""
    published_ms: int
    compacted: dict[str, Compacted] = {}
    """By type."""
    views: dict[str, BatchView] = {}
    """By name."""
    jobs: dict[str, Job] = {}
    """By name: `compact`, `windows`, `quality`, `daily`, `trends`, `reconcile`, in their order."""


WINDOWS_COLUMNS = ("key", "window_start", "state")
"""Of a windows view, sorted by the first two: whom the window is of; its start (timestamp, ms, UTC); the
service's own state as msgpack, as in Redis, all partitions together. A window that lies in two hours or two
days has a part in each, in the objects of either; `merge` gives the whole."""


def windows_view(type_: str, view: str) -> str:
    """Name of the batch view that has the windows of a service's view."""
    return f"windows.{type_}.{view}"


def encode(manifest: Manifest) -> bytes:
    """As it is stored."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1)


def decode(body: bytes) -> Manifest:
    """As it was stored.

    Raises:
        msgspec.ValidationError: naming the field.
    """
    return msgspec.json.decode(body, type=Manifest)
