"""A small simulated day as it arrives, with all that goes wrong, and a plain recount of what it must become.

Each event is made as clean fields first; what is sent may be another form of them. The recount goes by the
clean fields alone, and shares nothing with the batch layer but the services' own `add`.
"""

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import msgspec

from citystream.contracts.city_day import HOUR_MS, CityDay
from citystream.service import Service, Windows
from tests.citystream.live_run import Stamped
from tests.harness.events import KEYS, Fields, encode, fields

DAY_MS = 24 * HOUR_MS
EVENTS = 400
"""Of one type, from two hours before the day until some after it."""
NOT_ROWS = ("event_id", "timestamp")
Identity = tuple[Any, ...]
WindowId = tuple[str, int]


@dataclass
class Sent:
    """One type's messages, and what they are in truth."""

    type_: str
    messages: list[Stamped] = field(default_factory=list)
    events: list[tuple[int, Fields]] = field(default_factory=list)
    """When each arrived (Kafka time, ms) and its clean fields; what can't be read is not in it."""
    unreadable_ms: list[int] = field(default_factory=list)
    """When they arrived."""


def simulated(type_: str, day: CityDay, seed: int, events: int = EVENTS) -> Sent:
    """A day's events, those around it, and those that come days later."""
    rng, sent = random.Random(seed), Sent(type_)
    first_ms, last_ms = day.start_ms - 2 * HOUR_MS, day.end_ms + 5 * HOUR_MS
    for number in range(events):
        at_ms = first_ms + (last_ms - first_ms) * number // events
        time_ms, odd = at_ms - rng.randrange(8_000), rng.random()
        if odd < 0.05:
            time_ms -= rng.randrange(3 * HOUR_MS)
        elif odd < 0.08:
            # From a device that was away for longer than a day can wait.
            time_ms -= 6 * DAY_MS + rng.randrange(HOUR_MS)
        elif odd < 0.11:
            time_ms = at_ms + rng.randrange(20_000)
        _send(sent, rng, number, at_ms, time_ms)
    for number, days in enumerate((1, 2, 2.5, 3.2)):
        # Of the day, and late by days; the last one by too many.
        _send(sent, rng, events + number, round(day.end_ms + days * DAY_MS), day.end_ms - 1 - number * 1_000)
    sent.messages.sort(key=lambda message: message[0])
    return sent


def _send(sent: Sent, rng: random.Random, number: int, at_ms: int, time_ms: int) -> None:
    event = fields(sent.type_, rng, number, time_ms)
    if rng.random() < 0.1:
        del event["event_id"]
    key = str(event[KEYS[sent.type_]]).encode()
    value = _as_sent(event, rng)
    sent.messages.append((at_ms, key, value))
    sent.events.append((at_ms, event))
    if rng.random() < 0.05:
        # Sent again, by another way: it may lie in another partition.
        sent.messages.append((at_ms + 1, b"again-%d" % number, value))
        sent.events.append((at_ms + 1, event))
    if rng.random() < 0.03:
        sent.messages.append((at_ms + 2, key, value[: rng.randrange(1, len(value) - 1)]))
        sent.unreadable_ms.append(at_ms + 2)
    if "event_id" in event and rng.random() < 0.05:
        # The same id at another time is another event.
        other = event | {"timestamp": time_ms - 1_000}
        sent.messages.append((at_ms + 3, key, encode(other)))
        sent.events.append((at_ms + 3, other))


def _as_sent(event: Fields, rng: random.Random) -> bytes:
    """Clean, or in a form of the field."""
    match rng.randrange(12):
        case 0:
            return b"\xef\xbb\xbf" + encode(event)
        case 1:
            return b"\x00\x00\x00\x00\x07" + encode(event)
        case 2:
            return encode(event | {"timestamp": event["timestamp"] / 1000})
        case 3:
            return encode(event | {"timestamp": str(event["timestamp"])})
        case 4:
            return encode(
                {name: str(value) if type(value) is float else value for name, value in event.items()}
            )
        case 5:
            return encode(event | {"firmware": "1.4.2"})
    return encode(event)


class Recount:
    """What a day must become, of one type."""

    def __init__(self, service: Service[Any], sent: Sent) -> None:
        self._service = service
        self._sent = sent

    def _identity(self, event: Fields) -> Identity:
        names = self._service.event.entity_fields
        who = next(event[name] for name in names if event.get(name) is not None)
        further = [event.get(name) for name in self._service.event.identity_fields]
        return who, event.get("event_id"), event["timestamp"], *further

    def rows(self, start_ms: int, end_ms: int, arrived: range) -> dict[Identity, Fields]:
        """Events of a time that arrived in hours, each once; the first of those alike."""
        kept: dict[Identity, Fields] = {}
        for at_ms, event in sorted(self._sent.events, key=lambda each: each[0]):
            if start_ms <= event["timestamp"] < end_ms and at_ms - at_ms % HOUR_MS in arrived:
                kept.setdefault(self._identity(event), event)
        return kept

    def duplicates(self, start_ms: int, end_ms: int, arrived: range) -> int:
        """How many more there were."""
        found = Counter(
            self._identity(event)
            for at_ms, event in self._sent.events
            if start_ms <= event["timestamp"] < end_ms and at_ms - at_ms % HOUR_MS in arrived
        )
        return sum(count - 1 for count in found.values())

    def windows(self, view: Windows[Any, Any], rows: dict[Identity, Fields]) -> dict[WindowId, Any]:
        """Windows of rows."""
        found: dict[WindowId, Any] = defaultdict(view.state)
        first_ms: dict[Identity, int] = {}
        for at_ms, event in self._sent.events:
            who = self._identity(event)
            first_ms[who] = min(at_ms, first_ms.get(who, at_ms))
        for who, event in rows.items():
            window_ms = view.window_s * 1000
            start_s = event["timestamp"] // window_ms * window_ms // 1000
            made = msgspec.convert(event, self._service.event)
            view.add(found[view.key(made), start_s], made, min(event["timestamp"], first_ms[who]))
        return dict(found)


def plain(service: Service[Any], event: Fields) -> Fields:
    """An event's own fields, with those that it does not have."""
    made: Fields = msgspec.to_builtins(msgspec.convert(event, service.event))
    return {name: value for name, value in made.items() if name not in NOT_ROWS}
