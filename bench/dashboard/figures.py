"""What a run comes to: the result, tables of it, and why it may be none."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.table import Table

from bench.dashboard import frames, paint
from bench.dashboard.frames import Frames
from bench.dashboard.heap import Sample, slope_mb_per_min
from bench.dashboard.measure import NOBODY, Found, Size
from bench.dashboard.stay import VEHICLES
from bench.dashboard.viewer import DESK
from bench.dashboard.visit import Visited

MOST_MB_PER_MIN = 1.0
WARM_UP_MINUTES = 1.0
"""The slope leaves it out: code is compiled, and what is shown first is asked for."""


def result(found: Found, size: Size) -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "frames": {
            vehicles: {name: frames.figures(one) for name, one in by_name.items()}
            for vehicles, by_name in _scenes(found).items()
        },
        "heap_mb": {vehicles: _heap_mb(visits) for vehicles, visits in found.visits.items()},
        "first_useful_paint": {
            vehicles: {line: paint.figures(paints) for line, paints in visits[0].paints.items()}
            for vehicles, visits in found.visits.items()
            if vehicles != NOBODY
        },
        "heap_slope_mb_per_min": round(slope_mb_per_min(steady(found.samples)), 3),
        "heap_samples_mb": [round(one.total_mb, 2) for one in found.samples],
        "minutes": size.minutes,
        "rounds": size.rounds,
        "seconds": size.seconds,
        "window_px": DESK,
        "chromium": found.chromium,
        "drawn_by": "SwiftShader, in software",
    }


def steady(samples: Sequence[Sample]) -> Sequence[Sample]:
    """Those after the warm-up; of a short stay its second half."""
    warm_up = min(WARM_UP_MINUTES, samples[-1].minute / 2)
    return [one for one in samples if one.minute >= warm_up]


def complaints(found: Found, *, judged: bool) -> Iterator[str]:
    """Why the run is not as it should be; a short one's slope says nothing yet, and is not `judged`."""
    slope = slope_mb_per_min(steady(found.samples))
    if judged and slope > MOST_MB_PER_MIN:
        yield f"the heap grows by {slope:.2f} MB/min, more than {MOST_MB_PER_MIN:g}"
    for complaint in dict.fromkeys(found.complaints):
        yield f"the page complained: {complaint}"


def tables(found: Found, size: Size) -> tuple[Table, ...]:
    """For people."""
    return _of_frames(found, size), _of_paints(found, size), _of_heaps(found, size)


def _scenes(found: Found) -> dict[int, dict[str, Frames]]:
    return {
        vehicles: {name: frames.together(one.frames[name] for one in visits) for name in visits[0].frames}
        for vehicles, visits in found.visits.items()
    }


def _heap_mb(visits: Sequence[Visited]) -> dict[str, float]:
    """The last visit's, by page and workers."""
    return {name: round(mb, 1) for name, mb in visits[-1].heap_mb.items()}


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title)
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right")
    return table


def _of_frames(found: Found, size: Size) -> Table:
    scenes = _scenes(found)
    table = _table(
        f"Frames of the page, {DESK[0]} x {DESK[1]}, in Chromium {found.chromium}, which draws in software",
        *("scene", "vehicles", "median, ms", "p95, ms", "worst, ms", "p95, by that of none"),
        *("long tasks, of the time", "vehicles drawn, per s", "ms a time"),
    )
    for name in scenes[NOBODY]:
        none_ms = scenes[NOBODY][name].percentile_ms(95)
        for vehicles, by_name in scenes.items():
            one = frames.figures(by_name[name])
            table.add_row(
                name if vehicles == NOBODY else "",
                f"{vehicles:,}",
                f"{one['median_ms']:.1f}",
                f"{one['p95_ms']:.1f}",
                f"{one['worst_ms']:,.0f}",
                f"{one['p95_ms'] / none_ms:.2f}",
                f"{one['long_tasks_share']:.1%}",
                f"{one['paintings_per_s']:.1f}",
                f"{one['ms_a_painting']:.1f}",
            )
        table.add_section()
    table.caption = f"{size.seconds:g} s a round, rounds: {size.rounds}; 19 of 20 frames come within p95"
    return table


def _of_paints(found: Found, size: Size) -> Table:
    table = _table(
        "First useful paint with a cold cache: roads in their colours, and all vehicles",
        *("on", "vehicles", "useful, ms", "first contentful, ms", "over HTTP, kB", "live, unpacked, kB"),
    )
    for vehicles, visits in found.visits.items():
        for line, paints in visits[0].paints.items():
            one = paint.figures(paints)
            table.add_row(line, f"{vehicles:,}", *(f"{value:,}" for value in one.values()))
    table.caption = f"the median of {size.paints}"
    return table


def _of_heaps(found: Found, size: Size) -> Table:
    by_vehicles = {vehicles: _heap_mb(visits) for vehicles, visits in found.visits.items()}
    parts = list(by_vehicles[NOBODY])
    table = _table("Heap after a forced collection, MB", "vehicles", *parts, "in all")
    for vehicles, held in by_vehicles.items():
        table.add_row(
            f"{vehicles:,}", *(f"{held.get(part, 0.0):.1f}" for part in parts), f"{sum(held.values()):.1f}"
        )
    slope = slope_mb_per_min(steady(found.samples))
    table.caption = (
        f"{slope:+.2f} MB/min in {size.minutes:g} minutes with {VEHICLES:,} vehicles, "
        f"incidents that come and go, cards opened and closed"
    )
    return table
