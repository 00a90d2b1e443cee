"""The check of services finds each thing that the kit could not bear, and says which."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, ClassVar

import msgspec
import pytest
from click.testing import CliRunner
from msgspec import Meta

from citystream.commands.service import command_line
from citystream.contracts.event import Event, Id, SpeedKmh
from citystream.contracts.state import Summary, greatest
from citystream.service import Latest, Service, Windows
from citystream.trial.conformance import violations

Change = Callable[[Service[Any]], Service[Any]]


class Reading(Event, frozen=True, kw_only=True):
    """A good event."""

    entity_fields: ClassVar[tuple[str, ...]] = ("sensor_id",)

    sensor_id: Id
    speed_kmh: SpeedKmh


class Good(msgspec.Struct, array_like=True):
    """A good state."""

    count: int = 0
    fastest: float | None = None

    def merge(self, other: Any) -> Any:
        return type(self)(self.count + other.count, greatest(self.fastest, other.fastest))

    def summary(self) -> Summary:
        return {"count": self.count, "fastest_kmh": self.fastest}


def add(state: Any, event: Reading, time_ms: int) -> None:
    state.count += 1
    state.fastest = greatest(state.fastest, event.speed_kmh)


def sensor(event: Reading) -> str:
    return event.sensor_id


VIEW: Windows[Reading, Any] = Windows("sensor", key=sensor, state=Good, add=add, window_s=60)
SERVICE: Service[Any] = Service("readings", Reading, windows=(VIEW,))


def test_a_good_service_breaks_no_rule() -> None:
    assert violations(SERVICE) == []


# States.


class FloatSum(Good, array_like=True):
    speeds: float = 0.0

    def merge(self, other: "FloatSum") -> "FloatSum":
        return FloatSum(self.count + other.count, None, self.speeds + other.speeds)


def add_float(state: FloatSum, event: Reading, time_ms: int) -> None:
    state.count += 1
    state.speeds += event.speed_kmh


class First(Good, array_like=True):
    def merge(self, other: "First") -> "First":
        return First(self.count + other.count, self.fastest)


class Halving(Good, array_like=True):
    def merge(self, other: "Halving") -> "Halving":
        return Halving((self.count + other.count) // 2)


class Eater(Good, array_like=True):
    def merge(self, other: "Eater") -> "Eater":
        self.count += other.count
        self.fastest = greatest(self.fastest, other.fastest)
        return self


class Offset(Good, array_like=True):
    def merge(self, other: "Offset") -> "Offset":
        return Offset(self.count + other.count + 1)


class Forgetful(Good, array_like=True):
    def merge(self, other: "Forgetful") -> "Forgetful":
        return Forgetful(self.count + other.count)


class Loose(Good, array_like=True):
    """Its pair comes back from msgpack as a list."""

    pair: Any = ()

    def merge(self, other: "Loose") -> "Loose":
        return Loose(self.count + other.count, None, self.pair or other.pair)


def add_pair(state: Loose, event: Reading, time_ms: int) -> None:
    state.count += 1
    state.pair = (1, 2)


def add_by_chance(state: Good, event: Reading, time_ms: int) -> None:
    state.count += random.randrange(1_000_000)


def add_only_slow(state: Good, event: Reading, time_ms: int) -> None:
    if event.speed_kmh > 100:
        raise RuntimeError("too fast for me")
    add(state, event, time_ms)


# Models.


class Nobody(Reading, frozen=True, kw_only=True):
    entity_fields = ()


class Misnamed(Reading, frozen=True, kw_only=True):
    entity_fields = ("sensor", "sensor_id")


class Sometimes(Event, frozen=True, kw_only=True):
    entity_fields = ("sensor_id",)

    sensor_id: Id | None = None
    speed_kmh: SpeedKmh


class Unbounded(Reading, frozen=True, kw_only=True):
    depth_m: float | None = None


class Strict(Reading, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Patterned(Reading, frozen=True, kw_only=True):
    code: Annotated[str, Meta(pattern="^[A-Z]{3}[0-9]{4}$")]


class NeverGood(Reading, frozen=True, kw_only=True):
    def __post_init__(self) -> None:
        raise ValueError("no")


def window(**changes: Any) -> Change:
    return lambda service: replace(service, windows=(replace(VIEW, **changes),))


def latest(**changes: Any) -> Change:
    made: dict[str, Any] = {
        "name": "last",
        "key": sensor,
        "value": lambda event, ms: {"time_ms": ms},
    } | changes
    return lambda service: replace(service, latest=(Latest(**made),))


def service(**changes: Any) -> Change:
    return lambda one: replace(one, **changes)


BROKEN: dict[str, tuple[Change, str]] = {
    "name": (service(name="Read!ngs"), "name: 'Read!ngs' must be lower-case"),
    "view's name": (window(name="Sensor"), "name: 'Sensor' must be lower-case"),
    "no views": (service(windows=()), "views: none"),
    "same name": (latest(name="sensor"), "two views have the same"),
    "ttl": (window(ttl_s=0), "sensor: ttl_s: 0 is not above 0"),
    "window": (window(window_s=0), "sensor: window_s: 0 is not above 0"),
    "outlives": (latest(ttl_s=30 * 86_400), "last: a state of 2592000 s outlives its changelog"),
    "unbounded": (service(event=Unbounded), "depth_m: a number without bounds"),
    "no entity": (service(event=Nobody), "entity_fields: none; say whom an event is about"),
    "entity is no field": (service(event=Misnamed), "sensor: is declared as part of the identity"),
    "entity may be missing": (service(event=Sometimes), "sensor_id: may be missing; the last"),
    "strict": (service(event=Strict), "unknown fields: refused"),
    "pattern": (service(event=Patterned), "code: the schema's example is refused"),
    "takes nothing": (service(event=NeverGood), "events: no random one was taken"),
    "key": (window(key=lambda event: len(event.sensor_id)), "sensor: key: "),
    "raises": (window(add=add_only_slow), "too fast for me: a view can't take what the model takes"),
    "chance": (window(add=add_by_chance), "gave other bytes"),
    "float sum": (window(state=FloatSum, add=add_float), "merge: not associative"),
    "not commutative": (window(state=First), "merge: not commutative"),
    "not associative": (window(state=Halving), "merge: not associative"),
    "changes itself": (window(state=Eater), "merge: changes what it merges"),
    "no zero": (window(state=Offset), "merge: Offset() is not its zero"),
    "add disagrees": (window(state=Forgetful), "add: the partitions' states do not merge"),
    "msgpack": (window(state=Loose, add=add_pair), "state: does not survive msgpack"),
    "no state": (window(state=object), "folding: TypeError"),
    "document": (window(document=lambda key, state: [key]), "document: "),
    "place": (latest(place=lambda event: (11.5, 480.1)), "last: place: (11.5, 480.1) is not longitude"),
    "redact": (service(redact=lambda value: value.decode(errors="replace")), "redact: no bytes for"),
    "redact raises": (service(redact=msgspec.json.decode), "redaction: DecodeError"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_rule_is_told(what: str) -> None:
    change, told = BROKEN[what]
    assert [line for line in violations(change(SERVICE)) if told in line]


def test_the_command_tells_what_is_broken_and_exits_1() -> None:
    change, told = BROKEN["not commutative"]
    answer = CliRunner().invoke(command_line(change(SERVICE)), ["check"])
    assert answer.exit_code == 1
    assert told in answer.output
    assert answer.output.endswith(" broken\n")
