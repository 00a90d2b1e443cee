"""Event ids seen in one partition, for as long as a duplicate could still count.

Ids are kept as 64-bit hashes (xxh3): of a million live ids, one in 10^13 new ones is taken for another.
They lie in buckets of event time and leave with the watermark at bucket bounds, so what is a duplicate
is a function of the log alone. A checkpoint packs the new hashes of each bucket into one row, 8 bytes
an id. Memory: about 100 bytes an id, times the events of (window + lateness + disorder).
"""

from array import array
from collections.abc import Iterator

from xxhash import xxh3_64_intdigest

BUCKET_MS = 10_000


class SeenIds:
    """The ids of one partition."""

    def __init__(self, horizon_ms: int) -> None:
        self._horizon_ms = horizon_ms
        self._seen: set[int] = set()
        self._buckets: dict[int, array[int]] = {}
        self._packed: dict[int, int] = {}
        self.prune_at_ms = -1
        """The watermark at which a bucket next falls behind."""

    def __len__(self) -> int:
        return len(self._seen)

    def add(self, event_id: str, time_ms: int) -> bool:
        """Remember an id; False when it was known."""
        digest, seen = xxh3_64_intdigest(event_id.encode()), self._seen
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
        digests = array("Q")
        digests.frombytes(packed)
        bucket = self._buckets.setdefault(number, array("Q"))
        bucket.extend(digests)
        self._packed[number] = len(bucket)
        self._seen.update(digests)
