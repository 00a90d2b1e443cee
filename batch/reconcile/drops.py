"""Events of a day that the stream dropped, and what each would have added to its windows."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pyarrow as pa

from batch.columns import Rows
from batch.reconcile.arrivals import Rules
from batch.reconcile.batch_layer import WindowId
from batch.reconcile.metrics import Vector
from citystream.contracts.identity import identity_of
from citystream.fold.dedupe import BUCKET_MS
from citystream.service import Service, Windows


class View(NamedTuple):
    """A view of windows, as it is reconciled."""

    windows: Windows[Any, Any]
    window_ms: int
    read: Callable[[Any], Vector]
    """Metrics of a state."""


class Added(NamedTuple):
    """One event, and what it is in a window."""

    place: tuple[int, int]
    """Partition and offset."""
    adds: Vector


class Dropped(NamedTuple):
    """An event that the stream dropped, or may have."""

    event: Added
    identity: bool
    """Since its identity had come at another event time; else since it was late."""
    sure: bool
    """Whether the day's own events are enough to say so."""


Drops = dict[str, dict[WindowId, list[Dropped]]]
"""View -> window -> what was dropped of it."""


def drops(service: Service[Any], views: list[View], rules: Rules, table: pa.Table) -> Drops:
    """Of events that may have been dropped (`arrivals.may_be_dropped`) those that were, by its rules."""
    found: Drops = {view.windows.name: defaultdict(list) for view in views}
    identity, first_ms = identity_of(service.event), dict[tuple[int, str], int]()
    least, most = table.column("least_ms").to_pylist(), table.column("most_ms").to_pylist()
    for (place, event, time_ms, seen_ms), least_ms, most_ms in zip(
        _events(service, table), least, most, strict=True
    ):
        again = False
        if rules.deduplicate and time_ms + rules.horizon_ms > least_ms:
            who = place[0], identity(event, time_ms)
            known_ms = first_ms.get(who)
            # Identities are forgotten bucket by bucket.
            oldest = (least_ms - rules.horizon_ms) // BUCKET_MS
            again = known_ms is not None and known_ms // BUCKET_MS >= oldest
            if not again:
                first_ms[who] = time_ms
        for view in views:
            late = rules.is_late(time_ms, view.window_ms, most_ms)
            if again or late:
                sure = again or rules.is_late(time_ms, view.window_ms, least_ms)
                window, added = _added(view, place, event, time_ms, seen_ms)
                found[view.windows.name][window].append(Dropped(added, again, sure))
    return found


def additions(service: Service[Any], view: View, table: pa.Table) -> Iterator[tuple[WindowId, Added]]:
    """Events of some windows, and what each is in its own."""
    for place, event, time_ms, seen_ms in _events(service, table):
        yield _added(view, place, event, time_ms, seen_ms)


def _added(
    view: View, place: tuple[int, int], event: Any, time_ms: int, seen_ms: int
) -> tuple[WindowId, Added]:
    state = view.windows.state()
    view.windows.add(state, event, seen_ms)
    window = view.windows.key(event), time_ms // view.window_ms * view.window_ms // 1000
    return window, Added(place, view.read(state))


def _events(service: Service[Any], table: pa.Table) -> Iterator[tuple[tuple[int, int], Any, int, int]]:
    """Place, event, event time, and the time at which the stream saw it."""
    rows = Rows(service.event)
    places = zip(table.column("partition").to_pylist(), table.column("offset").to_pylist(), strict=True)
    events = (one for batch in table.to_batches() for one in rows.events(batch))
    for place, (event, time_ms, kafka_ms) in zip(places, events, strict=True):
        yield place, event, time_ms, min(time_ms, kafka_ms)
