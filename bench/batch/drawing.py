"""One object's records, drawn from a seed, in columns as the archive role would make of them."""

from collections import Counter
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench.batch.senders import Senders, Texts
from bench.batch.span import CUT_MS, PARTITIONS, Cut
from citystream.archive.parquet import SCHEMA
from citystream.contracts.city_day import CityDay

SEED = 1
WAY_MS = (20, 250)
"""From the sender to Kafka, at least and less than; else what follows."""
LATE_SHARE, LATE_MS = 0.01, (2_000, 600_000)
DUPLICATE_SHARE, TWICE_WITHIN_MS = 0.001, 5_000
UNREADABLE_SHARE = 0.0001
TYPES = 5

Tally = Counter[tuple[str, str]]
"""By type and kind: `events` of the day, by event time where it can be read, else by arrival; and of these
`late`, `duplicates` and `unreadable`."""


class Drawn(NamedTuple):
    """One object."""

    table: Any
    """Arrow, of the archive's schema."""
    first_ms: int
    """Kafka timestamp of its first record."""
    tally: Tally


def draw(senders: Senders, partition: int, cut: Cut, day: CityDay) -> Drawn:
    """The records of one partition in one cut."""
    count, rng = (
        senders.count(partition),
        np.random.default_rng((SEED, senders.number, partition, cut.number)),
    )
    offsets = np.arange(cut.number * count, (cut.number + 1) * count)
    # No two partitions are cut at the same moment.
    phase_ms = (senders.number * PARTITIONS + partition) * CUT_MS // (TYPES * PARTITIONS)
    arrivals_ms = cut.start_ms + phase_ms + np.arange(count) * CUT_MS // count
    late = rng.random(count) < LATE_SHARE
    ways_ms = np.where(late, rng.integers(*LATE_MS, count), rng.integers(*WAY_MS, count))
    unreadable = rng.random(count) < UNREADABLE_SHARE
    origins = _origins(rng, count, unreadable)

    times_ms = arrivals_ms - ways_ms
    things = partition + PARTITIONS * (offsets // senders.turns % senders.things(partition))
    ids = pc.binary_join_element_wise(
        f"s{SEED}-", pa.array(offsets * PARTITIONS + partition).cast(pa.string()), ""
    )
    values = _values(senders, rng, ids, times_ms, offsets, things, unreadable)
    entities, keys = (column.take(pa.array(things)) for column in (senders.entities, senders.keys))

    times_ms, late = times_ms[origins], late[origins]
    ids, values, entities, keys = (column.take(pa.array(origins)) for column in (ids, values, entities, keys))
    hidden, nothing = pa.array(unreadable), pa.scalar(None, pa.string())
    columns = [
        pc.if_else(hidden, nothing, ids),
        pa.array(times_ms, pa.int64(), mask=unreadable),
        pa.array(arrivals_ms),
        pa.array(np.full(count, partition, np.int32)),
        pa.array(offsets),
        keys.cast(pa.binary()),
        values.cast(pa.binary()),
        pc.if_else(hidden, nothing, entities),
    ]
    table = pa.table(columns, schema=SCHEMA)
    # What can't be read has no time of its own.
    at_ms = np.where(unreadable, arrivals_ms, times_ms)
    of_day = (at_ms >= day.start_ms) & (at_ms < day.end_ms)
    kinds = {
        "events": of_day,
        "late": of_day & late & ~unreadable,
        "duplicates": of_day & (origins != np.arange(count)),
        "unreadable": of_day & unreadable,
    }
    tally = Tally({(senders.type, kind): int(mask.sum()) for kind, mask in kinds.items()})
    return Drawn(table, int(arrivals_ms[0]), tally)


def _origins(rng: np.random.Generator, count: int, unreadable: Any) -> Any:
    """Of each record the one that it repeats: nearly always itself."""
    numbers = np.arange(count)
    back = rng.integers(1, max(2, count * TWICE_WITHIN_MS // CUT_MS), count)
    repeats = (rng.random(count) < DUPLICATE_SHARE) & (back <= numbers) & ~unreadable
    origins = np.where(repeats, numbers - back, numbers)
    while (origins[origins] != origins).any():
        origins = origins[origins]
    return np.where(unreadable[origins], numbers, origins)


def _values(
    senders: Senders,
    rng: np.random.Generator,
    ids: Texts,
    times_ms: Any,
    offsets: Any,
    things: Any,
    unreadable: Any,
) -> Texts:
    """Each event as JSON; one that can't be read lacks its end."""
    picked = {"thing": things, "turn": offsets % senders.turns}
    texts = [
        piece.texts.take(
            pa.array(
                picked[piece.by] if piece.by in picked else rng.integers(0, len(piece.texts), len(offsets))
            )
        )
        for piece in senders.pieces
    ]
    ends = pc.if_else(pa.array(unreadable), "", "}")
    return pc.binary_join_element_wise(
        '{"event_id":"', ids, '","timestamp":', senders.stamp(times_ms), *texts, ends, ""
    )
