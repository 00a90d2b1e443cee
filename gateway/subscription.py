"""What a WebSocket client asked for, and what it must be sent to have it."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec

from gateway.bounds import Bounds, BoundsError, checked
from gateway.problems import bad_field
from gateway.query import BBOX_REMEDY
from gateway.view import Entry, View

Topic = Literal["traffic", "vehicles", "emergencies", "weather", "cameras"]
SLOWEST_MS = 60_000
FASTEST_MS = 200
DEFAULT_MS = 1_000
EXAMPLE = '{"subscribe": ["traffic", "vehicles"], "bbox": [minlon, minlat, maxlon, maxlat], "rate_ms": 1000}'


class Subscription(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A client's message; a new one replaces the one before."""

    subscribe: Annotated[list[Topic], msgspec.Meta(min_length=1, max_length=20)]
    bbox: list[float] | None = None
    rate_ms: Annotated[int, msgspec.Meta(ge=FASTEST_MS, le=SLOWEST_MS)] = DEFAULT_MS

    @property
    def bounds(self) -> Bounds | None:
        """The box, checked."""
        return None if self.bbox is None else checked(self.bbox)


_decoder = msgspec.json.Decoder(Subscription)


def parse(text: str) -> Subscription:
    """Read a client's message.

    Raises:
        ProblemError: naming the field and the reason.
    """
    try:
        subscription = _decoder.decode(text)
        _ = subscription.bounds
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$.")
        raise bad_field(path.rstrip("`").partition("[")[0] or "message", reason, f"send {EXAMPLE}") from error
    except msgspec.DecodeError as error:
        raise bad_field("message", f"not JSON: {error}", f"send {EXAMPLE}") from error
    except BoundsError as error:
        raise bad_field("bbox", str(error), BBOX_REMEDY) from error
    return subscription


class TopicStream:
    """One client's place in one view: a revision and, with a box, the ids now in it; nothing else is kept."""

    def __init__(self, view: View[Any], box: Bounds | None) -> None:
        self.view = view
        self._box = box
        self._seen: int | None = None
        self._shown: set[str] = set()

    def next(self) -> tuple[str, str] | None:
        """Type and members of the next message: a snapshot, then deltas; None if there is nothing to say."""
        view = self.view
        if not view.known or self._seen == view.revision:
            return None
        seen, self._seen = self._seen, view.revision
        if seen is not None:
            delta = self._delta(seen)
            if delta is not None:
                return ("delta", delta) if delta else None
        return "snapshot", self._snapshot()

    def _snapshot(self) -> str:
        if self._box is None:
            return self.view.cached("snapshot", lambda: _members("items", self.view.in_order()))
        entries = [entry for entry in self.view.in_order() if entry.within(self._box)]
        self._shown = {entry.key for entry in entries}
        return _members("items", entries)

    def _delta(self, seen: int) -> str | None:
        """Members of a delta, empty if none of it concerns the client; None if only a snapshot will do."""
        if self._box is None:
            return self.view.cached(("delta", seen), lambda: _delta_of_all(self.view, seen))
        changes = self.view.changes(seen)
        if changes is None:
            return None
        inside = [e for e in changes.changed if self.view.listed(e) and e.within(self._box)]
        present = {entry.key for entry in inside}
        gone = {entry.key for entry in changes.changed} - present
        left = sorted(self._shown & (gone | set(changes.removed)))
        self._shown = (self._shown | present) - set(left)
        return _delta_members(inside, left) if inside or left else ""


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
