"""One client's place in one view, and what it must be sent to be where the view is."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec

from gateway.answers import median_of
from gateway.link import Origin
from gateway.subscription import Subscription, Topic
from gateway.view import Changes, Entry, View


class TopicStream:
    """A revision and, of a subscription that chooses, the ids that the client has; nothing else is kept."""

    def __init__(self, topic: Topic, view: View[Any], subscription: Subscription, seen: int | None) -> None:
        """`seen`: the revision that the client has already; None of one that begins."""
        self.topic: Topic = topic
        self.view = view
        self.rate_s = subscription.rate_of(topic) / 1000
        self.due = 0.0
        """Of the event loop's clock."""
        self.seen = seen if seen is not None and seen <= view.revision else None
        self._box = subscription.bounds
        self._entities = None if subscription.entities is None else frozenset(subscription.entities)
        self._all = self._box is None and self._entities is None
        self._has: set[str] | None = None if self.seen is not None else set()
        """None of a client that resumed: only itself knows."""
        self._source: Origin | None = None
        """As the client was told; None if this did not tell it."""

    def next(self) -> tuple[Literal["snapshot", "delta"], str] | None:
        """Type and members of the next message: a snapshot, then deltas; None if there is nothing to say."""
        view = self.view
        if not view.known or self.seen == view.revision:
            return None
        seen, self.seen = self.seen, view.revision
        told, self._source = self._source, view.source
        delta = None if seen is None else self._delta(seen)
        if delta is None:
            return "snapshot", self._snapshot()
        # Every message tells the source; one is due when only that is another.
        return ("delta", delta) if delta != NOTHING or told != view.source else None

    def _snapshot(self) -> str:
        if self._all:
            return self.view.cached("snapshot", lambda: _snapshot_members(self.view.in_order()))
        entries = self._chosen()
        self._has = {entry.key for entry in entries}
        return _snapshot_members(entries)

    def _delta(self, seen: int) -> str | None:
        """Members of a delta; None if only a snapshot will do."""
        if self._all:
            return self.view.cached(("delta", seen), lambda: _delta_of_all(self.view, seen))
        changes = self.view.changes(seen)
        return None if changes is None else self._chosen_delta(changes)

    def _chosen_delta(self, changes: Changes[Any]) -> str:
        inside = [entry for entry in changes.changed if self._chooses(entry)]
        present = {entry.key for entry in inside}
        gone = ({entry.key for entry in changes.changed} | set(changes.removed)) - present
        if self._has is None:
            # It may have any of them; one that it has not is no harm to remove.
            left = gone if self._entities is None else gone & self._entities
            self._has = {entry.key for entry in self._chosen()}
        else:
            left = gone & self._has
            self._has = (self._has | present) - left
        return _delta_members(inside, sorted(left))

    def _chosen(self) -> list[Entry[Any]]:
        if self._entities is None:
            return [entry for entry in self.view.in_order() if entry.within(self._box)]
        found = (self.view.get(key) for key in sorted(self._entities))
        return [entry for entry in found if entry is not None and self._chooses(entry)]

    def _chooses(self, entry: Entry[Any]) -> bool:
        named = self._entities is None or entry.key in self._entities
        return named and self.view.listed(entry) and entry.within(self._box)


def _snapshot_members(entries: Sequence[Entry[Any]]) -> str:
    median = msgspec.json.encode(median_of(entries)).decode()
    return f'"as_of_median":{median},{_members("items", entries)}'


def _delta_of_all(view: View[Any], seen: int) -> str | None:
    changes = view.changes(seen)
    if changes is None:
        return None
    changed = [entry for entry in changes.changed if view.listed(entry)]
    left = [entry.key for entry in changes.changed if not view.listed(entry)]
    return _delta_members(changed, [*left, *changes.removed])


def _delta_members(changed: Iterable[Entry[Any]], removed: list[str]) -> str:
    return f'{_members("changed", changed)},"removed":{msgspec.json.encode(removed).decode()}'


def _members(name: str, entries: Iterable[Entry[Any]]) -> str:
    return f'"{name}":[{b",".join(entry.body for entry in entries).decode()}]'


NOTHING = _delta_members((), [])
"""A delta that none of what changed is in."""
