"""Events seen in one partition, for as long as a duplicate could still count.

Identities are kept as 64-bit hashes (xxh3): of a million live ones, one in 10^13 new ones is taken for
another.
They lie in buckets of event time and leave with the watermark at bucket bounds, so what is a duplicate
is a function of the log alone. A checkpoint packs the new hashes of each bucket into one row, 8 bytes
an id. Memory: about 100 bytes an id, times the events of (window + lateness + disorder).
"""

from array import array
from collections.abc import Iterable, Iterator

from xxhash import xxh3_64_intdigest

BUCKET_MS = 10_000


class SeenIds:
    """The identities of one partition."""

    def __init__(self, horizon_ms: int) -> None:
        self._horizon_ms = horizon_ms
        self._seen: set[int] = set()
        self._buckets: dict[int, array[int]] = {}
        self._packed: dict[int, int] = {}
        self.by_id: IdsAlone | None = None
        """What was packed before entities counted, until it is forgotten."""
        self.prune_at_ms = -1
        """The watermark at which a bucket next falls behind."""

    def __len__(self) -> int:
        return len(self._seen)

    def add(self, identity: str, time_ms: int) -> bool:
        """Remember an identity; False when it was known."""
        digest, seen = xxh3_64_intdigest(identity.encode()), self._seen
        # One look into a set that no cache holds, not two.
        known = len(seen)
        seen.add(digest)
        if len(seen) == known:
            return False
        number = time_ms // BUCKET_MS
        try:
            self._buckets[number].append(digest)
        except KeyError:
            self._buckets[number] = array("Q", (digest,))
        return True

    def prune(self, watermark_ms: int) -> list[int]:
        """Forget the buckets that the watermark has left behind; their numbers."""
        bound = (watermark_ms - self._horizon_ms) // BUCKET_MS
        self.prune_at_ms = (bound + 1) * BUCKET_MS + self._horizon_ms
        gone = [number for number in self._buckets if number < bound]
        for number in gone:
            self._seen.difference_update(self._buckets.pop(number))
            self._packed.pop(number, None)
        if self.by_id:
            gone = list({*gone, *self.by_id.prune(bound)})
            self.by_id = self.by_id if self.by_id.left else None
        return gone

    def pack_new(self) -> Iterator[tuple[int, int, bytes]]:
        """Hashes not packed yet, as (bucket, position in it, packed)."""
        for number, bucket in self._buckets.items():
            done = self._packed.get(number, 0)
            if len(bucket) > done:
                self._packed[number] = len(bucket)
                yield number, done, bucket[done:].tobytes()

    def restore(self, number: int, packed: bytes) -> None:
        """Take back hashes that an earlier owner packed."""
        digests = array("Q", packed)
        bucket = self._buckets.setdefault(number, array("Q"))
        bucket.extend(digests)
        self._packed[number] = len(bucket)
        self._seen.update(digests)

    def restore_by_id(self, number: int, packed: bytes) -> None:
        """Take back hashes of ids alone, as they were packed before entities counted."""
        self.by_id = self.by_id or IdsAlone()
        self.by_id.restore(number, array("Q", packed))


class IdsAlone:
    """Hashes of ids without their entities: asked until they are forgotten, never added to."""

    def __init__(self) -> None:
        self._buckets: dict[int, set[int]] = {}

    @property
    def left(self) -> bool:
        return bool(self._buckets)

    def knows(self, event_id: str | None) -> bool:
        """Whether an event of this id was folded by an owner of that time."""
        if event_id is None:
            return False
        digest = xxh3_64_intdigest(event_id.encode())
        return any(digest in bucket for bucket in self._buckets.values())

    def restore(self, number: int, digests: Iterable[int]) -> None:
        self._buckets.setdefault(number, set()).update(digests)

    def prune(self, bound: int) -> list[int]:
        """Forget the buckets before a bound; their numbers."""
        gone = [number for number in self._buckets if number < bound]
        for number in gone:
            del self._buckets[number]
        return gone
