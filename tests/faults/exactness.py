"""What a service left everywhere, against a recount of what was sent to it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from elasticsearch import AsyncElasticsearch

from citystream.contracts import indices, topics
from citystream.fold.fold import TimeRules
from citystream.service import Things, Windows
from citystream.settings import Settings
from tests.harness import kafka_log, outputs, recount
from tests.harness.feed import Feed
from tests.harness.kept_valkey import KeptValkey
from tests.harness.recount import WindowId
from tests.services.descriptions import SERVICES

Log = dict[int, list[Any]]
Windowed = Windows[Any, Any]
Thing = Things[Any, Any]

SHOWN = 5
MGET = 1_000


def same(what: str, found: Mapping[Any, Any], wanted: Mapping[Any, Any]) -> None:
    """Fail with the first differences alone: there may be thousands."""
    wrong = [key for key in wanted.keys() | found.keys() if found.get(key) != wanted.get(key)]
    shown = "\n".join(
        f"  {key}: found {found.get(key)}, wanted {wanted.get(key)}" for key in sorted(wrong, key=str)[:SHOWN]
    )
    assert not wrong, f"{what}: {len(wrong)} of {len(wanted)} differ\n{shown}"


async def log_of(settings: Settings, service: str, feed: Feed) -> Log:
    """The topic as the broker has it, which is what was sent: all of it, once, in its order."""
    log = await kafka_log.read(settings, topics.source(settings.shared, service))
    for number, messages in feed.sent.items():
        lies = [(record.key, record.value) for record in log[number]]
        assert len(lies) == len(messages), f"partition {number}: {len(lies)} records, {len(messages)} sent"
        assert lies == messages, f"partition {number}: not what was sent, or not in that order"
    return log


async def views_are_exact(
    settings: Settings, service: str, log: Log, rules: TimeRules, valkey: KeptValkey | None = None
) -> None:
    """Every window, things and newest events, as Redis has them now; and windows as `valkey` ever had them.

    A window that closed before Redis was emptied is not written again: it lies in the copy.
    """
    await windows_are_exact(settings, service, log, rules, valkey)
    await singles_are_exact(settings, service, log, rules)


async def windows_are_exact(
    settings: Settings, service: str, log: Log, rules: TimeRules, valkey: KeptValkey | None = None
) -> None:
    """Every window, as Redis has it now, or `valkey` ever had it."""
    described, databases = SERVICES[service], [settings]
    if valkey:
        copies = range(1, valkey.emptied + 1)
        databases += [settings.model_copy(update={"redis": valkey.database(number)}) for number in copies]
    for view in described.windows:
        parts: dict[outputs.PartId, bytes] = {}
        for one in databases:
            for part, value in (await outputs.parts(one, service, view)).items():
                # A version is the first that a part says; the rest is equal where it is.
                parts[part] = max(value, parts.get(part, b""))
        same(view.name, outputs.merged(view, parts), recount.windows(described, view, log, rules))


async def live_views_are_exact(
    settings: Settings, service: str, log: Log, rules: TimeRules, since: dict[int, int]
) -> None:
    """What a table gave to an empty Redis: windows open at these offsets, things, newest events."""
    described = SERVICES[service]
    for view in described.windows:
        found = await outputs.windows(settings, service, view)
        same(f"live {view.name}", found, recount.open_windows(described, view, log, rules, since))
    await singles_are_exact(settings, service, log, rules)


async def singles_are_exact(settings: Settings, service: str, log: Log, rules: TimeRules) -> None:
    """Things and newest events, as Redis has them now."""
    described = SERVICES[service]
    for things in described.things:
        wanted = recount.things(described, things, log, rules)
        same(things.name, await outputs.things(settings, service, things), wanted)
    for latest in described.latest:
        events = recount.latest(described, latest, log, rules)
        same(latest.name, await outputs.latest(settings, service, latest), events)


async def archive_is_exact(settings: Settings, service: str, log: Log) -> None:
    """Every record in exactly one object."""
    wanted = Counter((number, one.offset, one.value) for number, records in log.items() for one in records)
    same("archive", await outputs.archived(settings, service), wanted)


async def dead_letters_are_exact(settings: Settings, service: str, log: Log, rules: TimeRules) -> None:
    """The refused records, and no others."""
    topic = topics.source(settings.shared, service)
    refused = recount.refused(SERVICES[service], log, rules)
    assert refused, "nothing was refused: this run shows nothing of dead letters"
    letters = dict.fromkeys(await outputs.dead_letters(settings, service), True)
    same("dead letters", letters, {f"{topic}-{n}-{offset}".encode(): True for n, offset in refused})


async def results_are_exact(
    settings: Settings, service: str, log: Log, rules: TimeRules, valkey: KeptValkey | None = None
) -> None:
    """What is a namespace's own: views, dead letters and documents."""
    await views_are_exact(settings, service, log, rules, valkey)
    await dead_letters_are_exact(settings, service, log, rules)
    await documents_are_exact(settings, service, log, rules)


async def documents_are_exact(settings: Settings, service: str, log: Log, rules: TimeRules) -> None:
    """Each partition's part of each window and thing, as the search index has it, and no others."""
    described = SERVICES[service]
    for view in described.windows:
        parts = {
            number: recount.windows(described, view, {number: records}, rules)
            for number, records in log.items()
        }
        await documents_are(settings, service, view, parts)
    for things in described.things:
        states = {}
        for number, records in log.items():
            found = recount.things(described, things, {number: records}, rules)
            states[number] = {(key, 0): state for key, state in found.items()}
        await documents_are(settings, service, things, states)


async def documents_are(
    settings: Settings, service: str, view: Windowed | Thing, parts: Mapping[int, Mapping[WindowId, Any]]
) -> None:
    """The search index has these states of each partition, and no others of the view."""
    wanted: dict[tuple[str, str], Any] = {}
    for number, states in parts.items():
        for (key, start_s), state in states.items():
            index = (
                indices.windows(settings.namespace, service, view.name, start_s)
                if isinstance(view, Windows)
                else indices.states(settings.namespace, service, view.name)
            )
            document = view.document(key, state) if view.document else state.summary()
            wanted[index, indices.window_id(key, start_s, 0, number)] = _nearly(document)
    async with AsyncElasticsearch(settings.elasticsearch, request_timeout=60) as client:
        found: dict[tuple[str, str], Any] = {}
        places = sorted(wanted)
        for start in range(0, len(places), MGET):
            asked = [{"_index": index, "_id": id_} for index, id_ in places[start : start + MGET]]
            for one in (await client.mget(docs=asked))["docs"]:
                place = one["_index"], one["_id"]
                document = one.get("_source", {})
                found[place] = {name: document.get(name) for name in wanted[place]}
        same(f"documents of {view.name}", found, wanted)
        names = ",".join(sorted({index for index, _ in places}))
        await client.indices.refresh(index=names)
        count = (await client.count(index=names))["count"]
        assert count == len(wanted), f"{count} documents of {view.name}, not {len(wanted)}"


def _nearly(value: Any) -> Any:
    """Floats equal but for the last bits: noida-db reads those of some wrongly."""
    if isinstance(value, float):
        return pytest.approx(value, rel=1e-12)
    return {name: _nearly(one) for name, one in value.items()} if isinstance(value, dict) else value
