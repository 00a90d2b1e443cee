"""Dead letters on the command line: listed, shown, and sent again once they are good."""

import asyncio
import json
import random
import time
from dataclasses import replace
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from click.testing import CliRunner, Result

from citystream.commands.service import command_line
from citystream.contracts import topics
from citystream.contracts.traffic import Traffic
from citystream.dlq.letters import escaped, parse
from citystream.fold.dead_letters import REASON_BYTES, DeadLetter, message
from citystream.fold.fold import PartitionFold
from citystream.log.admin import create_topics
from citystream.service import Service
from citystream.settings import Settings
from citystream.stream import time_rules
from demo.environment import city_environment
from demo.smoke.dead_letters import count_dead_letters
from tests.citystream.records import FakeRecord
from tests.conftest import MakeSettings
from tests.harness import events, kafka_log, outputs
from tests.harness.workers import Worker
from tests.services.descriptions import SERVICES

TYPE = "traffic"
LIMIT_BYTES = 2_000
FUTURE_S = 2.0
SPEEDING, CUT, AHEAD, BROKEN = b"speeding", b"cut", b"ahead", b"broken"


class FasterTraffic(Traffic, frozen=True, gc=False, kw_only=True):
    """The event as a later version of the service takes it."""

    speed_kmh: float


FIXED: Service[Any] = replace(SERVICES[TYPE], event=FasterTraffic)


def bad(settings: Settings) -> list[tuple[bytes, bytes]]:
    """Key and value of events that are refused, each key for a fault of its own; one is ahead of its time."""
    rng, now_ms = random.Random(1), round(time.time() * 1000)
    made: list[tuple[bytes, bytes]] = []
    for key, changes in (
        (SPEEDING, {"speed_kmh": 450.0}),
        (CUT, {"speed_kmh": 450.0, "note": "x" * LIMIT_BYTES}),
        (AHEAD, {"timestamp": now_ms + round(settings.future_s * 1000) + 60_000}),
    ):
        made.append((key, events.encode(events.fields(TYPE, rng, len(made), now_ms) | changes)))
    made.append((BROKEN, b'{"event_id": "\x1b[2J'))
    return made


@pytest.fixture
async def own(settings: MakeSettings) -> Settings:
    """Topics of two partitions, with letters that a worker made of bad events."""
    own = settings(partitions=2, dead_letter_bytes=LIMIT_BYTES, future_s=FUTURE_S)
    await create_topics(own, [TYPE])
    await kafka_log.produce(own.kafka, topics.source(own.namespace, TYPE), bad(own))
    worker = Worker(TYPE, own, own.data_dir, role="stream")
    worker.start()
    await worker.ready()
    while len(await outputs.dead_letters(own, TYPE)) < 4:
        await asyncio.sleep(0.1)
    assert worker.stop() == 0
    return own


def dlq(settings: Settings, *arguments: str, service: Service[Any] = SERVICES[TYPE]) -> Result:
    runner = CliRunner(env=city_environment(settings))
    return runner.invoke(command_line(service), ["dlq", *arguments])


def listed(settings: Settings, *arguments: str) -> list[dict[str, Any]]:
    answer = dlq(settings, "list", "--json", *arguments)
    assert answer.exit_code == 0, answer.output
    return [json.loads(line) for line in answer.stdout.splitlines()]


def source(settings: Settings) -> list[Any]:
    log = asyncio.run(kafka_log.read(settings, topics.source(settings.namespace, TYPE)))
    return [record for records in log.values() for record in records]


def origin(settings: Settings, key: bytes) -> str:
    """Of the letter that was made of the first record of a key."""
    record = next(one for one in source(settings) if one.key == key)
    return f"{record.topic}-{record.partition}-{record.offset}"


def test_letters_are_listed_shown_and_sent_again_once_they_are_good(own: Settings) -> None:
    every = listed(own)
    assert {one["origin"] for one in every} == {origin(own, key) for key in (SPEEDING, CUT, AHEAD, BROKEN)}
    assert [one["time"] for one in every] == sorted((one["time"] for one in every), reverse=True)
    speeding = next(one for one in every if one["origin"] == origin(own, SPEEDING))
    assert (speeding["field"], speeding["cut"]) == ("speed_kmh", False)
    assert "400" in speeding["reason"]
    assert len(listed(own, "--field", "speed_kmh")) == 2
    assert listed(own, "--field", "timestamp")[0]["origin"] == origin(own, AHEAD)
    assert listed(own, "--since", "2100-01-01T00:00:00Z") == []
    assert len(listed(own, "--since", "2020-01-01T00:00:00Z", "--limit", "0")) == 4
    assert listed(own, "--limit", "3") == every[:3]

    table = dlq(own, "list", "--limit", "3")
    assert table.stdout.splitlines()[0].split() == ["ORIGIN", "TIME", "BYTES", "FIELD", "REASON"]
    assert len(table.stdout.splitlines()) == 4
    assert "3 of 4; --limit 0 shows all" in table.stderr

    shown = dlq(own, "show", origin(own, BROKEN))
    assert shown.exit_code == 0
    assert "field: $\n" in shown.stdout
    assert "key: broken\n" in shown.stdout
    assert shown.stdout.endswith('\n\n{"event_id": "\\x1b[2J\n')

    # Nothing was mended yet.
    before = len(source(own))
    answer = dlq(own, "resubmit", "--all")
    assert answer.exit_code == 1
    assert answer.stdout.endswith("0 sent, 4 stay\n")
    assert f"stays: {origin(own, SPEEDING)}: speed_kmh: " in answer.stdout
    assert f"stays: {origin(own, AHEAD)}: timestamp: " in answer.stdout
    assert f"stays: {origin(own, BROKEN)}: $: " in answer.stdout
    assert f"stays: {origin(own, CUT)}: $: was cut, 2000 of its " in answer.stdout
    assert len(source(own)) == before
    assert listed(own) == every

    # The service takes such speeds now; clocks may differ by more.
    mended = own.model_copy(update={"future_s": 600.0})
    answer = dlq(mended, "resubmit", "--all", service=FIXED)
    assert answer.exit_code == 1
    assert answer.stdout.endswith("2 sent, 2 stay\n")
    records = source(own)
    assert len(records) == before + 2
    for key in (SPEEDING, AHEAD):
        first, again = (one for one in records if one.key == key)
        assert (again.partition, again.value) == (first.partition, first.value)
    assert {one["origin"] for one in listed(own)} == {origin(own, CUT), origin(own, BROKEN)}
    assert asyncio.run(count_dead_letters(own, [TYPE])) == {TYPE: 2}

    # Once sent they are letters no more.
    answer = dlq(mended, "resubmit", "--all", service=FIXED)
    assert answer.stdout.endswith("0 sent, 2 stay\n")
    answer = dlq(mended, "resubmit", origin(own, SPEEDING), service=FIXED)
    assert answer.exit_code == 1
    assert f"no dead letter {origin(own, SPEEDING)}" in answer.stderr
    assert dlq(own, "show", origin(own, SPEEDING)).exit_code == 1
    assert len(source(own)) == before + 2


async def _letters(settings: Settings, count: int, service: Service[Any]) -> None:
    """Letters of events that are good, as a fault that is mended by now leaves them."""
    rng, now_ms = random.Random(2), round(time.time() * 1000)
    topic = topics.source(settings.namespace, service.name)
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka)
    await producer.start()
    for offset in range(count):
        value = events.encode(events.fields(service.name, rng, offset, now_ms))
        letter = DeadLetter(offset, now_ms + offset, "speed_kmh", "was wrong", b"k", value)
        key, value, headers = message(letter, topic, offset % 2, service.name, LIMIT_BYTES)
        await producer.send(
            topics.dead_letters(settings.namespace, service.name), value=value, key=key, headers=headers
        )
    await producer.stop()


def test_many_are_sent_in_batches_the_oldest_first(settings: MakeSettings) -> None:
    own, count = settings(partitions=2), 450
    asyncio.run(create_topics(own, [TYPE]))
    asyncio.run(_letters(own, count, SERVICES[TYPE]))
    answer = dlq(own, "resubmit", "--all", "--limit", "30")
    assert (answer.exit_code, answer.stdout) == (0, "30 sent, 0 stay\n")
    youngest = [int(one["origin"].rsplit("-", 1)[1]) for one in listed(own, "--limit", "0")]
    assert youngest == list(reversed(range(30, count)))
    answer = dlq(own, "resubmit", "--all", "--field", "speed_kmh")
    assert (answer.exit_code, answer.stdout) == (0, f"{count - 30} sent, 0 stay\n")
    assert listed(own) == []
    ids = [json.loads(record.value)["event_id"] for record in source(own)]
    assert len(ids) == len(set(ids)) == count


def test_a_letter_that_was_sent_but_not_ended_counts_once(settings: MakeSettings) -> None:
    own = settings(partitions=2)
    asyncio.run(create_topics(own, [TYPE]))
    asyncio.run(_letters(own, 1, SERVICES[TYPE]))
    (letter,) = asyncio.run(outputs.dead_letters(own, TYPE)).values()
    crashed = [(b"k", letter["value"])]
    asyncio.run(kafka_log.produce(own.kafka, topics.source(own.namespace, TYPE), crashed, partition=0))
    assert dlq(own, "resubmit", "--all").stdout == "1 sent, 0 stay\n"
    fold: PartitionFold[Any] = PartitionFold(SERVICES[TYPE], time_rules(own), 0)
    fold.fold(source(own))
    assert (fold.counters.folded, fold.counters.duplicates) == (1, 1)


def test_a_record_that_is_no_letter_is_passed_over(settings: MakeSettings) -> None:
    own = settings(partitions=1)
    asyncio.run(create_topics(own, [TYPE]))
    asyncio.run(kafka_log.produce(own.kafka, topics.dead_letters(own.namespace, TYPE), [(b"?", b"?")]))
    answer = dlq(own, "list")
    assert answer.exit_code == 0
    assert "1 records are no dead letters" in answer.stderr


def test_what_was_written_is_read_back() -> None:
    for key, value in ((b"k", b"v" * 10), (None, b""), (b"k" * 900, b"v" * 5_000)):
        letter = DeadLetter(7, 1_790_000_000_000, "speed_kmh", "wrong", key, value)
        kafka_key, kept, headers = message(letter, "city-1.traffic", 3, TYPE, LIMIT_BYTES)
        read = parse(FakeRecord(0, kept, key=kafka_key, headers=headers))
        assert read
        assert (read.origin, read.topic, read.partition, read.offset) == (
            "city-1.traffic-3-7",
            "city-1.traffic",
            3,
            7,
        )
        assert (read.field, read.reason, read.length) == ("speed_kmh", "wrong", len(value))
        assert read.cut == (len(value) > LIMIT_BYTES)
        assert read.whole == (not read.cut and len(key or b"") < REASON_BYTES)


def test_what_is_shown_can_not_command_a_terminal() -> None:
    assert escaped(b"a\x1b[31m\x00\xff\r\n\xe2\x80\xae") == "a\\x1b[31m\\x00\\xff\\r\n\\u202e"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("show", "traffic"), "dlq list shows them"),
        (("show",), "Missing argument"),
        (("resubmit",), "or give --all"),
        (("resubmit", "--all", "city.traffic-0-1"), "or give --all"),
        (("resubmit", "city.traffic-0-1", "--field", "x"), "go with --all"),
        (("list", "--since", "yesterday"), "not RFC 3339 (2026-11-01T00:00:00Z)"),
        (("list", "--since", "2026-11-01T00:00:00"), "no zone; add Z"),
        (("list", "--limit", "-1"), "--limit"),
    ],
)
def test_wrong_usage_is_2_with_the_remedy(
    settings: MakeSettings, arguments: tuple[str, ...], complaint: str
) -> None:
    answer = dlq(settings(), *arguments)
    assert answer.exit_code == 2
    assert complaint in answer.stderr


def test_what_is_away_is_named(settings: MakeSettings) -> None:
    answer = dlq(settings(kafka="127.0.0.1:9"), "list")
    assert answer.exit_code == 1
    assert "127.0.0.1:9" in answer.stderr
    assert "CITY_KAFKA" in answer.stderr
    answer = dlq(settings(), "list")
    assert answer.exit_code == 1
    assert "CITY_NAMESPACE" in answer.stderr
