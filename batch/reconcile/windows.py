"""One type's windows of a day: compared, and those that differ explained."""

from pathlib import Path
from typing import Any

from batch.reconcile.arrivals import Rules
from batch.reconcile.batch_layer import WindowId, hours
from batch.reconcile.comparing import Comparison, Difference
from batch.reconcile.drops import Dropped, View
from batch.reconcile.events import Events
from batch.reconcile.explaining import by_drops, by_duplicates
from batch.reconcile.metrics import metrics, reader
from batch.reconcile.reporting import OfType, OfView
from batch.reconcile.speed_layer import Reach, SpeedLayer
from batch.session import Session
from citystream.contracts.city_day import HOUR_MS, CityDay
from citystream.contracts.manifest import Manifest, windows_view
from citystream.contracts.redis_keys import DAY_S, page_start
from citystream.service import Service

KEPT_S = DAY_S
"""How long after a window closed the layers are held against each other."""
MOST_ASKED = 200
"""Windows of which all events are read, to find those that were counted twice."""


class Open(Exception):  # noqa: N818 - a reason, not an error
    """A type can't be reconciled; the message says why."""


async def reconciled(
    session: Session,
    day: CityDay,
    known: Manifest,
    service: Service[Any],
    speed: SpeedLayer,
    folder: Path,
) -> OfType:
    """A type's windows of a closed day.

    Args:
        folder: for what is fetched; somebody else removes it.

    Raises:
        Open: nothing can be said of it.
        SpeedLayerError: Redis does not answer.
        OSError: S3 does not answer, or the disk takes no more.
    """
    compacted, rules = known.compacted[service.name], _rules(session, service)
    if compacted.reasons:
        raise Open(f"the day is not complete: {compacted.reasons[0]}")
    reach = await speed.reach(service.name)
    if reach.newest_ms < 0:
        raise Open("Redis has never seen an event of it, or was emptied")
    views = [
        View(one, window_ms, reader(metrics(one.state)))
        for one, window_ms in zip(service.windows, rules.windows_ms, strict=True)
    ]
    compared = {
        view.windows.name: await _compared(session, day, known, service, speed, reach, rules, view)
        for view in views
    }
    if not any(one.windows or one.missing or one.lacking for one in compared.values()):
        raise Open("none of its windows closed in the 24 h up to the newest event that Redis has seen")
    asked = Events(session, day, service, compacted, rules, folder)
    apart = any(one.differing or one.lacking for one in compared.values())
    dropped = await asked.dropped(views) if apart else {}
    found = []
    for view in views:
        name = view.windows.name
        unexplained = await _explained(asked, view, compared[name], dropped.get(name, {}))
        found.append(OfView(name, compared[name], unexplained))
    return OfType(service.name, found)


def _rules(session: Session, service: Service[Any]) -> Rules:
    settings = session.settings
    return Rules(
        disorder_ms=round(settings.disorder_s * 1000),
        lateness_ms=round(settings.lateness_s * 1000),
        windows_ms=tuple((settings.window_s or view.window_s) * 1000 for view in service.windows),
        deduplicate=settings.deduplicate,
    )


async def _compared(
    session: Session,
    day: CityDay,
    known: Manifest,
    service: Service[Any],
    speed: SpeedLayer,
    reach: Reach,
    rules: Rules,
    view: View,
) -> Comparison:
    name = windows_view(service.name, view.windows.name)
    made = known.views.get(name)
    if made is None or made.made_from.get(service.name) != known.compacted[service.name].version:
        raise Open(f"{name} is not made from the day's events; city-batch windows --date {day.date} does it")
    comparison = Comparison(metrics(view.windows.state))
    kept_ms, newest_ms = min(KEPT_S, view.windows.ttl_s) * 1000, reach.newest_ms - rules.lateness_ms
    # Ends of the day's windows that closed in time.
    closed = range(
        max(day.start_ms + view.window_ms, newest_ms - kept_ms + 1), min(day.end_ms, newest_ms) + 1
    )
    objects = [
        one
        for one in made.objects
        if one.hour_ms + HOUR_MS + view.window_ms > closed.start and one.hour_ms < closed.stop
    ]
    progress = session.progress.step(f"{day.date} {name}: hours compared", len(objects))
    async for windows in hours(session, objects, view.windows.state, view.window_ms, day):
        await _compare(comparison, windows, service.name, speed, reach, view, closed)
        progress.advance()
    progress.finish()
    return comparison


async def _compare(
    comparison: Comparison,
    windows: dict[WindowId, Any],
    type_: str,
    speed: SpeedLayer,
    reach: Reach,
    view: View,
    closed: range,
) -> None:
    """Take the windows that begin in an hour: the batch layer's, and others on the same pages of Redis.

    Args:
        closed: ends of windows that are compared.
    """
    name, state, read, length_ms = view.windows.name, view.windows.state, view.read, view.window_ms
    left = {place: one for place, one in windows.items() if place[1] * 1000 + length_ms in closed}
    pages = sorted({(key, page_start(start_s)) for key, start_s in left})
    async for key, found in speed.windows(type_, name, state, pages):
        for start_s, parts in found.items():
            if start_s * 1000 + length_ms in closed:
                batch = left.pop((key, start_s), None)
                comparison.take(
                    (key, start_s),
                    None if batch is None else read(batch),
                    {number: read(part) for number, part in parts.items()},
                    whole=start_s * 1000 >= reach.whole_from_ms,
                )
    for place, batch in left.items():
        comparison.take(place, read(batch), {}, whole=place[1] * 1000 >= reach.whole_from_ms)


async def _explained(
    asked: Events, view: View, comparison: Comparison, dropped: dict[WindowId, list[Dropped]]
) -> dict[WindowId, Difference]:
    """Count why windows differ; those of which nothing says it."""
    for place, one in comparison.lacking.items():
        why = by_drops(one, dropped.get(place, ()))
        if why:
            comparison.count(one)
            comparison.explained(one, why.late, why.identity, why.duplicates)
        else:
            comparison.miss(place)
    left: dict[WindowId, Difference] = {}
    for place, one in comparison.differing.items():
        why = by_drops(one, dropped.get(place, ()))
        if why:
            comparison.explained(one, why.late, why.identity, why.duplicates)
        else:
            left[place] = one
    some = sorted(left, key=lambda place: place[1])[:MOST_ASKED] if asked.duplicates else []
    events = await asked.events(view, some)
    for place in some:
        why = by_duplicates(left[place], dropped.get(place, ()), events[place], asked.duplicates)
        if why:
            asked.duplicates -= why.twice
            comparison.explained(left.pop(place), why.late, why.identity, why.duplicates)
    for one in left.values():
        comparison.unexplained(one)
    return left
