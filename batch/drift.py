"""Schema drift: fields that records have and the contract does not. A sample is looked into."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from citystream.contracts.event import Event
from citystream.fold.tolerance import split

EVERY = 100
"""Of so many records one is looked into."""
MOST_FIELDS = 50
"""Names that are kept; a sender may make them up without end."""


class Drift(NamedTuple):
    """What was found."""

    fields: Mapping[str, int]
    """Name -> records looked into that have it."""
    looked_into: int

    def plus(self, other: "Drift") -> "Drift":
        """Both."""
        fields = Counter(self.fields) + Counter(other.fields)
        return Drift(dict(fields.most_common(MOST_FIELDS)), self.looked_into + other.looked_into)


NO_DRIFT = Drift({}, 0)


class Drifting:
    """Looks into one type's records."""

    def __init__(self, event: type[Event]) -> None:
        self._known = frozenset(event.__struct_encode_fields__)
        self._decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
        self._fields: Counter[str] = Counter()
        self._looked_into = 0

    def look(self, values: Sequence[bytes | None]) -> None:
        """Into some of these; what is no JSON object is told elsewhere."""
        for value in values[::EVERY]:
            try:
                named = self._decode(split(value or b"")[1])
            except (ValueError, RecursionError):
                continue
            self._looked_into += 1
            self._fields.update(named.keys() - self._known)

    def found(self) -> Drift:
        """In all of them."""
        return Drift(dict(self._fields.most_common(MOST_FIELDS)), self._looked_into)
