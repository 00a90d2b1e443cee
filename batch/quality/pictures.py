"""Pictures of a day's quality, as SVG."""

import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from citystream.contracts.city_day import HOUR_MS, CityDay
from citystream.contracts.quality import RULES

MOST_SENDERS = 30
INCHES, ROW_INCHES = 9.0, 0.22
# Okabe and Ito's, told apart by everybody.
COLOURS = dict(
    zip(
        (rule.name for rule in RULES),
        ("#999999", "#D55E00", "#CC79A7", "#0072B2", "#E69F00", "#56B4E9", "#009E73"),
        strict=False,
    )
)
Row = Mapping[str, Any]


def timeline(day: CityDay, intervals: Sequence[Row]) -> str:
    """When the worst senders broke which rule; empty of none."""
    by_sender: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in intervals:
        by_sender[row["type"], row["entity"]].append(row)
    worst = sorted(by_sender, key=lambda one: -sum(row["end"] - row["start"] for row in by_sender[one]))
    shown = sorted(worst[:MOST_SENDERS])
    if not shown:
        return ""
    figure = Figure((INCHES, 1.2 + ROW_INCHES * len(shown)), layout="constrained")
    axes = figure.subplots()
    for place, sender in enumerate(shown):
        for row in by_sender[sender]:
            start, end = ((row[name] - day.start_ms) / HOUR_MS for name in ("start", "end"))
            # What is short is seen too.
            axes.barh(place, max(end - start, 0.1), left=start, color=COLOURS[row["rule"]], height=0.7)
    axes.set_yticks(range(len(shown)), [f"{type_} {entity}" for type_, entity in shown])
    axes.invert_yaxis()
    hours = range(0, (day.end_ms - day.start_ms) // HOUR_MS + 1, 3)
    axes.set_xlim(0, (day.end_ms - day.start_ms) / HOUR_MS)
    axes.set_xticks(hours, [_clock(day, hour) for hour in hours])
    rules = [name for name in COLOURS if any(row["rule"] == name for row in intervals)]
    figure.legend(
        handles=[Patch(color=COLOURS[name], label=name) for name in rules], loc="outside upper left", ncols=4
    )
    return _svg(figure)


def completeness(entities: Sequence[Row]) -> str:
    """How much of what each sender's cadence has came, by type; empty of none."""
    shares: dict[str, list[float]] = defaultdict(list)
    for row in entities:
        if row["completeness_pct"] is not None:
            shares[row["type"]].append(row["completeness_pct"])
    if not shares:
        return ""
    figure = Figure((INCHES, 0.8 + 0.5 * len(shares)), layout="constrained")
    axes = figure.subplots()
    names = sorted(shares)
    for place, name in enumerate(names):
        axes.scatter(shares[name], [place] * len(shares[name]), s=60, alpha=0.4, color="#0072B2", marker="|")
    axes.set_yticks(range(len(names)), [f"{name} ({len(shares[name])})" for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(-2, 102)
    axes.set_xlabel("completeness of each sender, %")
    return _svg(figure)


def _svg(figure: Figure) -> str:
    sink = io.StringIO()
    # Text stays text, and the same day gives the same bytes.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "quality", "font.family": "sans-serif"}):
        figure.savefig(sink, format="svg", metadata={"Date": None})
    text = sink.getvalue()
    return text[text.index("<svg") :]


def _clock(day: CityDay, hour: int) -> str:
    at_s = (day.start_ms + hour * HOUR_MS) / 1000
    return f"{datetime.fromtimestamp(at_s, ZoneInfo(day.timezone)):%H:%M}"
