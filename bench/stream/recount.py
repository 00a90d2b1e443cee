"""What every peer must have found: the readings that were sent, grouped by Arrow and not by any of them."""

import math
from collections.abc import Iterable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from bench.load import Sent
from bench.readings import road_id
from bench.stream.job import WINDOW_S, Window, window_start_s

# Sums of floats depend on the order of adding, in their last digits.
SUM_TOLERANCE = 1e-9
SHOWN = 3

WindowId = tuple[str, int]


class WrongResult(Exception):  # noqa: N818 - it is no error of the program's, but what the benchmark found
    """A peer's windows are not those of the readings that it committed; the message shows some."""


def recount(sent: Mapping[int, Sent], positions: Mapping[int, int]) -> dict[WindowId, Window]:
    """The windows of each partition's readings below its position."""
    parts = [_table(part, positions[number]) for number, part in sent.items()]
    grouped = (
        pa.concat_tables(parts)
        .group_by(["road", "window"])
        .aggregate([("speed", "count"), ("speed", "sum"), ("speed", "min"), ("speed", "max")])
    )
    columns = (
        grouped.column(name).to_pylist()
        for name in ("road", "window", "speed_count", "speed_sum", "speed_min", "speed_max")
    )
    found = (
        Window(road_id(road).decode(), window_start_s(window * WINDOW_S * 1000), *rest)
        for road, window, *rest in zip(*columns, strict=True)
    )
    return {(one.road_id, one.start_s): one for one in found}


def _table(part: Sent, count: int) -> pa.Table:
    roads, times_ms = (
        pa.Array.from_buffers(pa.int64(), count, [None, pa.py_buffer(column)])
        for column in (part.roads, part.times_ms)
    )
    speeds = pa.Array.from_buffers(pa.float64(), count, [None, pa.py_buffer(part.speeds_kmh)])
    windows = pc.divide(times_ms, WINDOW_S * 1000)
    return pa.table({"road": roads, "window": windows, "speed": speeds})


def check(peer: str, windows: Iterable[Window], expected: Mapping[WindowId, Window]) -> None:
    """Compare a peer's windows with the recount.

    Raises:
        WrongResult: they differ.
    """
    found = {(one.road_id, one.start_s): one for one in windows}
    wrong = [key for key in found.keys() | expected.keys() if not _same(found.get(key), expected.get(key))]
    if wrong:
        shown = "".join(
            f"\n  is        {found.get(key)}\n  should be {expected.get(key)}"
            for key in sorted(wrong)[:SHOWN]
        )
        raise WrongResult(f"{peer}: {len(wrong)} of {len(expected)} windows are wrong:{shown}")


def _same(one: Window | None, other: Window | None) -> bool:
    if one is None or other is None:
        return False
    exact = one.count == other.count and one.min == other.min and one.max == other.max
    return exact and math.isclose(one.sum, other.sum, rel_tol=SUM_TOLERANCE)
