"""What the kit relies on in every service, checked on random events of its schema. Needs no server.

Exactness rests on these rules: states that merge, however the log was spread, to the fold of the whole;
bytes that come out the same again; refusals that name the field.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import msgspec

from citystream.contracts import topics
from citystream.contracts.event_time import LATEST_MS
from citystream.contracts.schemas import Schema, json_schema
from citystream.fold.dead_letters import explain
from citystream.fold.fold import PartitionFold, TimeRules
from citystream.fold.reader import Reader
from citystream.fold.updates import Update, origin, updates
from citystream.service import Latest, Service, Windows
from citystream.trial.random_events import random_events

START_MS = 1_790_000_000_000
# Nothing is late, from the future or a duplicate: what remains is the service's own.
RULES = TimeRules(disorder_ms=10**9, lateness_ms=0, future_ms=10**9, deduplicate=False)
PARTITIONS = 3
# Random events for each that has to be taken.
TRIES = 20
WINDOWS = 4
GARBAGE = (b"", b"\x00\xff\xfe", b"null", b"[]", b"{", b'{"event_id":')

_encode = msgspec.msgpack.encode

States = dict[tuple[str, str, int], Any]
"""View, key and start of the window -> state."""


@dataclass(frozen=True, slots=True)
class TrialRecord:
    """A consumer record that no broker had."""

    offset: int
    value: bytes
    timestamp: int = START_MS
    key: bytes | None = None
    headers: Sequence[tuple[str, bytes]] = ()


@dataclass(frozen=True)
class Trial:
    """A service, and events that its model takes."""

    service: Service[Any]
    schema: Schema
    records: list[TrialRecord]
    rng: random.Random


def violations(service: Service[Any], seed: int = 0, events: int = 200) -> list[str]:
    """The broken rules, each with an example; empty if the service keeps all.

    Args:
        seed: of the events; the same seed makes the same ones.
        events: how many the views are tried with.
    """
    rng = random.Random(seed)  # noqa: S311 - repeatable is the point
    schema = json_schema(service.name, service.event)
    step_ms = max((view.window_s for view in service.windows), default=1) * 1000 * WINDOWS // max(events, 1)
    made = random_events(service.name, service.event, rng, START_MS, max(step_ms, 1))
    # A model may refuse what its schema can't say, such as more free spaces than there are.
    taken = (value for value in islice(made, TRIES * events) if _refusal(service, value) is None)
    values = list(islice(taken, events))
    records = [TrialRecord(offset, value) for offset, value in enumerate(values)]
    trial = Trial(service, schema, records, rng)
    found = []
    if events and not values:
        found.append(
            "events: no random one was taken; give the fields bounds, or examples where texts have patterns"
        )
    for rule in (names, entity, bounds, refusals, redaction, folding, merging, publishing):
        try:
            found += rule(trial)
        except Exception as error:  # whatever the service's own code raises is told
            found.append(f"{rule.__name__}: {type(error).__name__}: {error}")
    return found


def names(trial: Trial) -> Iterator[str]:
    """Names can stand in topics, keys and indices; views do not share theirs, nor live too long."""
    views = trial.service.views
    if not views:
        yield "views: none, so nothing would be published"
    for name in (trial.service.name, *(view.name for view in views)):
        if not topics.NAME.fullmatch(name):
            yield f"name: {name!r} {topics.NAME_RULE}"
    if len({view.name for view in views}) < len(views):
        yield "name: two views have the same, and would share an index"
    for view in views:
        if view.ttl_s <= 0:
            yield f"{view.name}: ttl_s: {view.ttl_s} is not above 0"
        if isinstance(view, Windows) and view.window_s <= 0:
            yield f"{view.name}: window_s: {view.window_s} is not above 0"
        life_s = view.window_s if isinstance(view, Windows) else view.ttl_s
        most_s = topics.life_ms(trial.service.name) // 1000
        if life_s > most_s:
            yield f"{view.name}: a state of {life_s} s outlives its changelog, which is safe for {most_s} s"


def entity(trial: Trial) -> Iterator[str]:
    """The event says whom it is about: ids count within that."""
    event, properties = trial.service.event, trial.schema["properties"]
    if not event.entity_fields:
        yield 'entity_fields: none; say whom an event is about, such as entity_fields = ("vehicle_id",)'
    for field in (*event.entity_fields, *event.identity_fields):
        if field not in properties:
            yield f"{field}: is declared as part of the identity, and is no field"
    if event.entity_fields and event.entity_fields[-1] not in trial.schema.get("required", ()):
        yield f"{event.entity_fields[-1]}: may be missing; the last of entity_fields may not"


def bounds(trial: Trial) -> Iterator[str]:
    """Numbers have bounds: of 1e308 there is no sum that a state could hold."""
    for owner in (trial.schema, *trial.schema.get("$defs", {}).values()):
        for field, about in owner.get("properties", {}).items():
            for kind in (about, *about.get("anyOf", ())):
                if kind.get("type") not in ("integer", "number") or field == "timestamp":
                    continue
                if not (
                    {"minimum", "exclusiveMinimum"} & set(kind)
                    and {"maximum", "exclusiveMaximum"} & set(kind)
                ):
                    yield f"{field}: a number without bounds; give it Meta(ge=..., le=...)"


def refusals(trial: Trial) -> Iterator[str]:
    """What can't be read is refused by the field's name; what is only unknown is not."""
    example, service = trial.schema["examples"][0], trial.service

    def refusal(fields: dict[str, Any]) -> tuple[str, str] | None:
        return _refusal(service, msgspec.json.encode(fields))

    refused = refusal(example)
    if refused:
        yield f"{refused[0]}: the schema's example is refused: {refused[1]}; give the fields examples"
        return
    if refusal(example | {"not_in_the_schema": [1]}):
        yield "unknown fields: refused, so that a sender who adds one is cut off"
    for field in trial.schema.get("required", ()):
        without = {name: value for name, value in example.items() if name != field}
        for what, fields in (("missing", without), ("a list", example | {field: [[]]})):
            named = refusal(fields)
            if named is None or named[0].partition(".")[0] != field:
                yield f"{field}: when it is {what}, the refusal does not name it: {named}"


def redaction(trial: Trial) -> Iterator[str]:
    """Whatever lies on a topic can be redacted: the archive waits for it."""
    redact = trial.service.redact
    for value in (*GARBAGE, *(record.value for record in trial.records)) if redact else ():
        if redact and not isinstance(redact(value), bytes):
            yield f"redact: no bytes for {value!r}"
            return


def folding(trial: Trial) -> Iterator[str]:
    """Views take every event that the model takes, under keys that are texts; the log alone decides."""
    folded = _fold(trial.service, trial.records)
    for letter in folded.letters[:1]:
        yield f"{letter.field}: {letter.reason}: a view can't take what the model takes: {letter.value!r}"
    for slot in folded.all_slots():
        if not isinstance(slot.key, str) or not slot.key:
            yield f"{slot.view.name}: key: {slot.key!r} is no text"
            return
    if _published(folded) != _published(_fold(trial.service, trial.records)):
        yield "views: the same events, folded again, gave other bytes"


def merging(trial: Trial) -> Iterator[str]:
    """A state is a commutative monoid whose `merge` agrees with `add`, and it survives its journey."""
    parts: list[list[TrialRecord]] = [[] for _ in range(PARTITIONS)]
    for record in trial.records:
        trial.rng.choice(parts).append(record)
    whole = _states(_fold(trial.service, trial.records))
    spread = [_states(_fold(trial.service, part)) for part in parts]
    told: set[tuple[str, str]] = set()
    for (view, key, start_s), state in whole.items():
        zero = type(state)
        one, two, three = (part.get((view, key, start_s), zero()) for part in spread)
        for law in _broken_laws(state, one, two, three):
            if (view, law) not in told:
                told.add((view, law))
                yield f"{view}: {law}: {one!r}, {two!r} and {three!r}, of all events {state!r}"


def _broken_laws(state: Any, one: Any, two: Any, three: Any) -> Iterator[str]:
    """`state` is that of all events, the others those of its partitions."""
    zero = type(state)
    before = _encode((one, two))
    both = one.merge(two)
    if _encode((one, two)) != before:
        yield "merge: changes what it merges"
    if both != two.merge(one):
        yield "merge: not commutative"
    if both.merge(three) != one.merge(two.merge(three)):
        yield "merge: not associative"
    if not state.merge(zero()) == state == zero().merge(state):
        yield f"merge: {zero.__name__}() is not its zero"
    if both.merge(three) != state:
        yield "add: the partitions' states do not merge to the state of all events (are sums integers?)"
    if msgspec.msgpack.decode(_encode(state), type=zero) != state:
        yield "state: does not survive msgpack"


def publishing(trial: Trial) -> Iterator[str]:
    """Documents are JSON, and places are on the map."""
    folded = _fold(trial.service, trial.records)
    for update in _updates(folded):
        if not isinstance(msgspec.json.decode(msgspec.json.encode(update.document())), dict):
            yield f"{update.view.name}: document: {update.document()!r} is no map"
            return
        longitude, latitude = update.place or (0.0, 0.0)
        if abs(longitude) > 180 or abs(latitude) > 90:
            yield f"{update.view.name}: place: {update.place} is not longitude, latitude"
            return


def _refusal(service: Service[Any], value: bytes) -> tuple[str, str] | None:
    """Field and reason, None of what the model takes."""
    try:
        Reader(service.event, 0).read(value, round(LATEST_MS))
    except ValueError as error:
        return explain(error)
    return None


def _fold(service: Service[Any], records: list[TrialRecord]) -> PartitionFold[Any]:
    folded: PartitionFold[Any] = PartitionFold(service, RULES, 0)
    folded.fold(records)
    return folded


def _states(folded: PartitionFold[Any]) -> States:
    return {
        (slot.view.name, slot.key, slot.start_s): slot.state
        for slot in folded.all_slots()
        if not isinstance(slot.view, Latest)
    }


def _published(folded: PartitionFold[Any]) -> dict[Any, tuple[int, bytes]]:
    return {one.identity: (one.offset, one.payload) for one in _updates(folded)}


def _updates(folded: PartitionFold[Any]) -> list[Update]:
    whence = origin(folded, 0)
    return updates((slot, whence) for slot in folded.all_slots())
