"""An independent recount: what each window must hold, from the log as the broker has it.

Written as plainly as it can be said, and sharing nothing with the fold but the views' own `add`.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import msgspec

from citystream.contracts.camera import Camera
from citystream.contracts.emergency import Emergency
from citystream.contracts.event_time import event_time_ms
from citystream.contracts.gps import Gps
from citystream.contracts.traffic import Traffic
from citystream.contracts.weather import Weather
from citystream.fold.fold import TimeRules
from citystream.service import Latest, Service, Stamp, Things, Windows

WindowId = tuple[str, int]
"""Key and start, s."""


def readable(service: Service[Any], record: Any, rules: TimeRules) -> tuple[Any, int] | None:
    """Event and event time of a record, None of one that must become a dead letter."""
    try:
        event = msgspec.json.decode(record.value or b"", type=service.event)
        time_ms = event_time_ms(event.timestamp)
    except (ValueError, RecursionError):
        return None
    return None if time_ms > record.timestamp + rules.future_ms else (event, time_ms)


def windows(
    service: Service[Any], view: Windows[Any, Any], log: dict[int, list[Any]], rules: TimeRules
) -> dict[WindowId, Any]:
    """Every window's state, all partitions together."""
    size_ms = rules.window_of(view) * 1000
    counted: dict[WindowId, Any] = defaultdict(view.state)
    for records in log.values():
        newest = -1
        for event, time_ms, stamp in accepted(service, records, rules):
            newest = max(newest, stamp.time_ms)
            start_ms = time_ms - time_ms % size_ms
            if start_ms + size_ms + rules.lateness_ms > newest - rules.disorder_ms:
                view.add(counted[view.key(event), start_ms // 1000], event, stamp.time_ms)
    return dict(counted)


def open_windows(
    service: Service[Any],
    view: Windows[Any, Any],
    log: dict[int, list[Any]],
    rules: TimeRules,
    since: dict[int, int],
) -> dict[WindowId, Any]:
    """Every window's state, of those partitions alone in which it still took events at offset `since`."""
    size_ms = rules.window_of(view) * 1000
    counted: dict[WindowId, Any] = defaultdict(view.state)
    for number, records in log.items():
        before = accepted(service, records[: since[number]], rules)
        newest = max((stamp.time_ms for _, _, stamp in before), default=-1)
        for (key, start_s), state in windows(service, view, {number: records}, rules).items():
            if start_s * 1000 + size_ms + rules.lateness_ms > newest - rules.disorder_ms:
                counted[key, start_s] = counted[key, start_s].merge(state)
    return dict(counted)


def refused(service: Service[Any], log: dict[int, list[Any]], rules: TimeRules) -> set[tuple[int, int]]:
    """Partition and offset of every record that must be a dead letter."""
    return {
        (number, record.offset)
        for number, records in log.items()
        for record in records
        if readable(service, record, rules) is None
    }


def accepted(service: Service[Any], records: list[Any], rules: TimeRules) -> Iterator[tuple[Any, int, Stamp]]:
    """A partition's events that are readable and no duplicates, their event time, and where they stand.

    An event stands no later than Kafka got it: a clock that is ahead moves nobody's time.
    """
    longest_ms = max((rules.window_of(one) for one in service.windows), default=0) * 1000
    newest, seen = -1, set()
    for record in records:
        read = readable(service, record, rules)
        if read is None:
            continue
        event, time_ms = read
        stands_ms = min(time_ms, record.timestamp)
        newest = max(newest, stands_ms)
        if time_ms > newest - rules.disorder_ms - longest_ms - rules.lateness_ms:
            who = identity(event, time_ms)
            if who in seen:
                continue
            seen.add(who)
        yield event, time_ms, Stamp(stands_ms, record.partition, record.offset)


def identity(event: Any, time_ms: int) -> tuple[Any, ...]:
    """Who sent it, and its id there, or its time if it has none; of an incident each status is another."""
    own = ("id", event.event_id) if event.event_id is not None else ("time", time_ms)
    match event:
        case Gps():
            return event.vehicle_id, *own
        case Traffic():
            return event.sensor_id or f"the road {event.road_id}", *own
        case Emergency():
            return event.incident_id, event.status, *own
        case Weather():
            return event.station_id, *own
        case Camera():
            return event.camera_id, *own
        case _:
            return getattr(event, event.entity_fields[0]), *own


def things(
    service: Service[Any], view: Things[Any, Any], log: dict[int, list[Any]], rules: TimeRules
) -> dict[str, Any]:
    """Every thing's state."""
    states: dict[str, Any] = defaultdict(view.state)
    for records in log.values():
        for event, _, stamp in accepted(service, records, rules):
            view.add(states[view.key(event)], event, stamp)
    return dict(states)


def latest(
    service: Service[Any], view: Latest[Any], log: dict[int, list[Any]], rules: TimeRules
) -> dict[str, Any]:
    """Every thing's newest event, as readers get it."""
    newest: dict[str, tuple[tuple[int, int, int], Any]] = {}
    for records in log.values():
        for event, _, stamp in accepted(service, records, rules):
            place = (stamp.time_ms, stamp.partition, stamp.offset)
            key = view.key(event)
            if key not in newest or place > newest[key][0]:
                newest[key] = (place, view.value(event, stamp.time_ms))
    return {key: value for key, (_, value) in newest.items()}
