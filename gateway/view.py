"""What one process knows of one kind of thing: the newest of each, ready to send.

Redis has the truth; every gateway process keeps such a copy and throws it away when it ends. Each change
gives the view a new revision, so a reader who remembers the revision it saw gets what changed since then,
however slow it is, and nothing has to be kept for it.
"""

from collections.abc import Callable, Collection, Hashable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from gateway.bounds import Bounds, overlap
from gateway.link import Origin
from gateway.staleness import Staleness, told, turned

T = TypeVar("T")
V = TypeVar("V")

# Ids of removed things that are remembered for readers to be told; who saw less gets a snapshot.
REMEMBERED = 10_000
# Answers kept at a time: 64 of the longest (10,000 vehicles, 200 bytes each) are 128 MB, for 50 ms.
MADE_OF_A_REVISION = 64


@dataclass(frozen=True, slots=True)
class Entry(Generic[V]):
    """One thing: `value` for computing, `body` (a JSON object) for sending."""

    key: str
    time_ms: int | None
    """Event time of the newest event in it, epoch milliseconds; None without data."""
    value: V | None
    body: bytes
    bounds: Bounds | None = None
    answers: dict[Hashable, Any] = field(init=False, default_factory=dict, compare=False, repr=False)
    """What was made of it to be answered: as long as it is the newest, for all who ask."""

    def within(self, box: Bounds | None) -> bool:
        """Whether it lies in the box; without a box, everything does."""
        return box is None or (self.bounds is not None and overlap(self.bounds, box))


@dataclass(frozen=True, slots=True)
class Changes(Generic[V]):
    """What a reader missed."""

    changed: list[Entry[V]]
    removed: list[str]


def _always(_: Entry[V]) -> bool:
    return True


class View(Generic[V]):
    """All things of one kind. `listed` says which belong in lists; the others answer by id only.

    With `staleness` each body tells whether the thing is stale, as its last member: held against the newest
    event of `beside`, or of its own.
    """

    def __init__(
        self,
        topic: str,
        ttl_s: int,
        blanks: Iterable[Entry[V]] = (),
        listed: Callable[[Entry[V]], bool] = _always,
        staleness: Staleness | None = None,
        beside: "View[Any] | None" = None,
    ) -> None:
        self.topic = topic
        self.known = False
        """Whether it was ever loaded."""
        self.source: Origin = "last-known"
        self.revision = 0
        self.newest_ms: int | None = None
        """Event time of the newest event in the view."""
        self.listed = listed
        self.ttl_ms = ttl_s * 1000
        self._staleness = staleness
        self._held: list[View[Any]] = []
        """Views whose things are held against this one's newest event."""
        (self if beside is None else beside)._held.append(self)
        self._blanks = {entry.key: entry for entry in blanks}
        """Things of the city model, as they stand without data."""
        self._entries = {key: self._judged(entry) for key, entry in self._blanks.items()}
        self._changed_at: dict[str, int] = {}
        """key -> revision, oldest first"""
        self._removed_at: dict[str, int] = {}
        self._remembers_from = 0
        self._order: list[str] | None = None
        self._cache: dict[Hashable, Any] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str) -> Entry[V] | None:
        """One thing; None if there is none of that id."""
        return self._entries.get(key)

    def with_data(self) -> list[str]:
        """Ids of the things that have data."""
        return [key for key, entry in self._entries.items() if entry.value is not None]

    def all(self) -> Collection[Entry[V]]:
        """All things, listed or not."""
        return self._entries.values()

    def in_order(self) -> list[Entry[V]]:
        """All things that belong in lists, by id."""
        if self._order is None:
            self._order = sorted(self._entries)
        entries = (self._entries[key] for key in self._order)
        return [entry for entry in entries if self.listed(entry)]

    def switch(self, source: Origin) -> None:
        """Note where its things come from now; a change makes a revision of its own."""
        if source != self.source:
            self.source = source
            self.revision += 1
            self._cache.clear()

    def put(self, entry: Entry[V]) -> None:
        """Take a thing's newest state."""
        self._store(self._judged(entry))
        if entry.time_ms is not None and (self.newest_ms is None or entry.time_ms > self.newest_ms):
            self._reach(entry.time_ms)

    def remove(self, key: str) -> None:
        """Forget a thing, or what was measured of it if the city model has it."""
        if key in self._blanks:
            self.put(self._blanks[key])
            return
        if self._entries.pop(key, None) is None:
            return
        if self._staleness:
            self._staleness.take(key, None)
        self._order = None
        self._changed_at.pop(key, None)
        self._changed(self._removed_at, key)
        if len(self._removed_at) > REMEMBERED:
            oldest = next(iter(self._removed_at))
            self._remembers_from = self._removed_at.pop(oldest)

    def expire(self) -> None:
        """Forget what is older than its time to live, counted from the newest event.

        Not from the clock: a feed of an earlier year is as live as its own newest event.
        """
        times = [entry.time_ms for entry in self._entries.values() if entry.time_ms is not None]
        self._reach(max(times, default=None))
        if self.newest_ms is None:
            return
        bound = self.newest_ms - self.ttl_ms
        for entry in list(self._entries.values()):
            if entry.time_ms is not None and entry.time_ms < bound:
                self.remove(entry.key)

    def changes(self, since: int) -> Changes[V] | None:
        """What changed after a revision; None if that is too long ago, and all must be sent."""
        if since < self._remembers_from:
            return None
        changed = [self._entries[key] for key in _after(self._changed_at, since)]
        removed = list(_after(self._removed_at, since))
        return Changes(changed, removed)

    def cached(self, key: Hashable, build: Callable[[], T]) -> T:
        """Something made of this revision, made once for all who ask; a key is used for one type only."""
        if key not in self._cache:
            # A revision lives for tens of milliseconds: few questions differ in that time.
            if len(self._cache) >= MADE_OF_A_REVISION:
                self._cache.clear()
            self._cache[key] = build()
        made: T = self._cache[key]
        return made

    def _store(self, entry: Entry[V]) -> None:
        before = self._entries.get(entry.key)
        if before == entry:
            return
        if before is None:
            self._order = None
        self._entries[entry.key] = entry
        self._removed_at.pop(entry.key, None)
        self._changed(self._changed_at, entry.key)

    def _judged(self, entry: Entry[V]) -> Entry[V]:
        if self._staleness is None:
            return entry
        return replace(entry, body=told(entry.body, self._staleness.take(entry.key, entry.time_ms)))

    def _reach(self, newest_ms: int | None) -> None:
        if newest_ms != self.newest_ms:
            # Answers say it.
            self._cache.clear()
        self.newest_ms = newest_ms
        for view in self._held:
            view._judge(newest_ms)

    def _judge(self, newest_ms: int | None) -> None:
        if self._staleness:
            for key, stale in self._staleness.reach(newest_ms).items():
                entry = self._entries[key]
                self._store(replace(entry, body=turned(entry.body, stale)))

    def _changed(self, log: dict[str, int], key: str) -> None:
        self.revision += 1
        self._cache.clear()
        log.pop(key, None)
        log[key] = self.revision


def _after(log: dict[str, int], since: int) -> Iterable[str]:
    for key, revision in reversed(log.items()):
        if revision <= since:
            return
        yield key
