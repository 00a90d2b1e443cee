"""What real senders do to a stream: late, twice, broken, in forms of their own, in bursts."""

from heapq import heappop, heappush
from random import Random

from simulator.field_forms import in_field_form
from simulator.malformed import malformed
from simulator.record import Record

KINDS = ("late", "duplicate", "malformed", "field", "skew", "burst")
"""`skew` is done by the vehicles themselves: it is their clocks that are wrong."""

SHARE = 0.01
"""Of events, for each kind: so many are late, come twice, get a malformed companion or another form."""
LATE_S = (2.0, 30.0)
VERY_LATE_S = (60.0, 240.0)
VERY_LATE_SHARE = 0.1
"""Of late events: beyond any window's lateness."""
TWICE_WITHIN_S = 5.0
BURST_EVERY_MS = 20_000
BURST_PAUSE_MS = 4_000
"""In each 20 s, the first 4 s are silent; what they held comes at once."""


class Misbehaviour:
    """Stands between the world and the log; the same seed misbehaves in the same way."""

    def __init__(self, kinds: frozenset[str], seed: int) -> None:
        self._kinds = kinds
        self._rng = Random(f"{seed}:misbehaviour")
        self._held: list[tuple[int, int, Record]] = []
        self._count = 0
        self._paused: list[Record] = []

    def process(self, now_ms: int, records: list[Record]) -> list[Record]:
        """What of these records, and of earlier ones, is sent now."""
        if not self._kinds:
            return records
        passed = [one for record in records for one in self._disturbed(now_ms, record)]
        while self._held and self._held[0][0] <= now_ms:
            passed.append(heappop(self._held)[2])
        if "burst" not in self._kinds:
            return passed
        self._paused += passed
        if now_ms % BURST_EVERY_MS < BURST_PAUSE_MS:
            return []
        released, self._paused = self._paused, []
        return released

    def drain(self) -> list[Record]:
        """Everything still held, for the end of the run."""
        rest = self._paused + [record for _, _, record in sorted(self._held, key=lambda one: one[:2])]
        self._paused, self._held = [], []
        return rest

    def _disturbed(self, now_ms: int, record: Record) -> list[Record]:
        """What of one record is sent now; the rest is held."""
        rng, kinds = self._rng, self._kinds
        sent: list[Record] = []
        if "malformed" in kinds and rng.random() < SHARE:
            sent.append(malformed(record, rng, now_ms))
        # After the companion, which is made from a clean one, and before the duplicate, which is the same.
        if "field" in kinds and rng.random() < SHARE:
            record = in_field_form(record, rng)
        if "late" in kinds and rng.random() < SHARE:
            bounds = VERY_LATE_S if rng.random() < VERY_LATE_SHARE else LATE_S
            self._hold(now_ms, rng.uniform(*bounds), record._replace(kind="late"))
            return sent
        if "duplicate" in kinds and rng.random() < SHARE:
            self._hold(now_ms, rng.uniform(0, TWICE_WITHIN_S), record._replace(kind="duplicate"))
        return [*sent, record]

    def _hold(self, now_ms: int, seconds: float, record: Record) -> None:
        self._count += 1
        heappush(self._held, (now_ms + round(seconds * 1000), self._count, record))
