"""A day's quality as a page to read, with pictures in it: it needs nothing else."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from batch.quality import pictures
from citystream.contracts.city_day import HOUR_MS, CityDay
from citystream.contracts.daily_view import DailyView
from citystream.contracts.quality import (
    EXCEPTION_PCT,
    QUALITY,
    QUALITY_ENTITIES,
    QUALITY_INTERVALS,
    RULES,
)

WORST = 20


def page(day: CityDay, tables: Mapping[DailyView, pa.Table], reasons: Sequence[str]) -> bytes:
    """HTML of a day's tables; names of senders and fields are somebody else's text."""
    checks, intervals, entities = (
        tables[view].to_pylist() for view in (QUALITY, QUALITY_INTERVALS, QUALITY_ENTITIES)
    )
    of_all = [row for row in checks if row["detail"] is None]
    senders = len({(row["type"], row["entity"]) for row in intervals})
    environment = Environment(
        loader=PackageLoader("batch.quality", ""), autoescape=True, undefined=StrictUndefined
    )
    text = environment.get_template("report.html.j2").render(
        day=day,
        hours=(day.end_ms - day.start_ms) // HOUR_MS,
        checks=checks,
        checked=len(of_all),
        failed=sum(row["failed"] for row in of_all),
        bound=f"{EXCEPTION_PCT:g}",
        reasons=reasons,
        senders=senders,
        shown=min(senders, pictures.MOST_SENDERS),
        # Matplotlib escapes what it is given.
        timeline=Markup(pictures.timeline(day, intervals)),  # noqa: S704
        completeness=Markup(pictures.completeness(entities)),  # noqa: S704
        worst=_worst(entities),
        rules=RULES,
    )
    return text.encode()


def _worst(entities: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    told = [
        row
        for row in entities
        if row["completeness_pct"] is not None and row["completeness_pct"] < 100 - EXCEPTION_PCT
    ]
    return sorted(told, key=lambda row: (row["completeness_pct"], row["type"], row["entity"]))[:WORST]
