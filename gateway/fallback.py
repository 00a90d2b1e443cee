"""While Redis is away: what the archive has that is newer than what was last known.

A worker goes on without Redis, and its records go on into the archive; so answers do not stand still, they
are behind by as long as records wait to be archived. Redis, when it is back, is read anew and is right.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from citystream.contracts.stored import StoredError
from gateway.city import City
from gateway.reader import Reader

if TYPE_CHECKING:
    from citystream.replay.archived_states import ArchivedState
    from citystream.replay.archived_windows import Found

log = logging.getLogger(__name__)

# How soon a loss of Redis is seen here; until then answers are last-known.
LOOK_S = 0.5


@dataclass(slots=True)
class _Hash:
    """A key as Redis would have it."""

    time_ms: int = -1
    fields: dict[bytes, bytes] = field(default_factory=dict)


class _Kept:
    """The newest states of one reader's things."""

    def __init__(self, reader: Reader[Any]) -> None:
        self.reader = reader
        self._hashes: dict[str, _Hash] = {}
        self._unshown: set[str] = set()
        self._watermark_ms = -1

    def take(self, states: list["ArchivedState"], watermark_ms: int) -> None:
        self._watermark_ms = watermark_ms
        for state in states:
            kept = self._hashes.setdefault(state.key, _Hash())
            kept.time_ms = max(kept.time_ms, state.time_ms)
            kept.fields[state.field] = max(kept.fields.get(state.field, b""), state.value)
            self._unshown.add(state.key)
        bound_ms = max((one.time_ms for one in self._hashes.values()), default=0) - self.reader.view.ttl_ms
        for key in [key for key, one in self._hashes.items() if one.time_ms < bound_ms]:
            del self._hashes[key]

    def show_all(self) -> None:
        """Redis was lost just now: nothing of this has been looked at."""
        self._unshown = set(self._hashes)

    def show(self) -> None:
        """Put into the view what is newer than what it has."""
        view, unshown = self.reader.view, self._unshown
        self._unshown = set()
        newer = False
        for key in unshown & self._hashes.keys():
            known, kept = view.get(key), self._hashes[key]
            # Of windows, Redis has it to the second.
            time_ms = kept.time_ms // 1000 * 1000 if self.reader.windowed else kept.time_ms
            if known is None or known.time_ms is None or known.time_ms < time_ms:
                try:
                    self.reader.take(key, kept.fields, time_ms / 1000)
                    newer = True
                except (StoredError, ValueError, OverflowError) as error:
                    log.warning("%s: %s of the archive can't be read: %s", view.topic, key, error)
        if newer:
            self.reader.advance(self._watermark_ms)
            view.expire()
            view.known = True
            view.switch("batch")


class Fallback:
    """Writes the views while the feed can't."""

    def __init__(self, city: City) -> None:
        self._link = city.link
        self._kept = {reader.type_: _Kept(reader) for reader in city.measured}

    def keep(self, type_: str, found: "Found") -> None:
        """Take what a look at one type's archive brought."""
        self._kept[type_].take(found.states, found.closed_ms)

    async def run(self) -> NoReturn:
        """Watch the link until cancelled."""
        lost_ms = -1
        while True:
            if not self._link.up:
                if self._link.since_ms != lost_ms:
                    lost_ms = self._link.since_ms
                    for kept in self._kept.values():
                        kept.show_all()
                for kept in self._kept.values():
                    kept.show()
            await asyncio.sleep(LOOK_S)
