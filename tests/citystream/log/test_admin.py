"""Topics on a real broker: made once with their settings, then compared and left alone."""

import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import MessageSizeTooLargeError

from citystream.log import admin as citystream_admin
from citystream.log.admin import TopicsError, create_topics, grow_topics, list_topics
from tests.conftest import MakeSettings

DAY_MS = 86_400_000


@asynccontextmanager
async def admin(kafka: str) -> AsyncIterator[AIOKafkaAdminClient]:
    client = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await client.start()
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def producer(kafka: str) -> AsyncIterator[AIOKafkaProducer]:
    client = AIOKafkaProducer(bootstrap_servers=kafka, max_request_size=10_000_000)
    await client.start()
    try:
        yield client
    finally:
        await client.stop()


async def test_four_topics_a_type_are_made_and_kept_as_asked(settings: MakeSettings) -> None:
    made = await create_topics(settings(partitions=3), ["gps", "camera"])
    assert [report.topic.kind for report in made] == ["source", "dead letters", "changelog", "control"] * 2
    assert [report.partitions for report in made] == [3, 3, 3, 1] * 2
    assert all(report.created and not report.differences for report in made)
    wanted = {report.topic.name: report.topic.settings for report in made}
    namespace = settings().namespace
    assert wanted[f"{namespace}.gps"]["retention.ms"] == str(7 * DAY_MS)
    assert wanted[f"{namespace}.gps.dlq"]["cleanup.policy"] == "compact,delete"
    assert wanted[f"{namespace}-gps-state-changelog"]["min.compaction.lag.ms"] == str(2 * DAY_MS)


async def test_a_second_run_makes_nothing_and_finds_nothing_different(settings: MakeSettings) -> None:
    first = await create_topics(settings(), ["gps"])
    again = await create_topics(settings(), ["gps"])
    assert [report.created for report in again] == [False] * 4
    assert [report.topic for report in again] == [report.topic for report in first]
    assert not any(report.differences for report in again)


async def test_a_type_that_the_kit_has_never_seen_gets_its_topics(settings: MakeSettings) -> None:
    made = await create_topics(settings(), ["parking"])
    namespace = settings().namespace
    assert [report.topic.name for report in made] == [
        f"{namespace}.parking",
        f"{namespace}.parking.dlq",
        f"{namespace}-parking-state-changelog",
        f"{namespace}.parking.control",
    ]
    assert [report.partitions for report in await list_topics(settings(), ["parking"])] == [4, 4, 4, 1]


async def test_records_are_stamped_by_the_broker(settings: MakeSettings, kafka: str) -> None:
    source = (await create_topics(settings(), ["gps"]))[0].topic.name
    before_ms = int(time.time() * 1000)
    async with producer(kafka) as client:
        sent = await client.send_and_wait(source, b"{}", timestamp_ms=1_000, partition=0)
    consumer = AIOKafkaConsumer(source, bootstrap_servers=kafka, auto_offset_reset="earliest")
    await consumer.start()
    try:
        record = await consumer.getone()
    finally:
        await consumer.stop()
    assert record.offset == sent.offset == 0
    assert record.timestamp >= before_ms - 1_000


async def test_the_largest_event_is_taken_and_a_larger_one_is_not(settings: MakeSettings, kafka: str) -> None:
    limit = 20_000
    source = (await create_topics(settings(max_event_bytes=limit), ["gps"]))[0].topic.name
    async with producer(kafka) as client:
        await client.send_and_wait(source, b"x" * limit, key=b"k" * 100)
        with pytest.raises(MessageSizeTooLargeError):
            await client.send_and_wait(source, b"x" * (limit + 2_000))


async def test_an_existing_topic_is_left_and_what_differs_is_told(settings: MakeSettings, kafka: str) -> None:
    source = f"{settings().namespace}.gps"
    async with admin(kafka) as client:
        await client.create_topics([NewTopic(source, 2, 1, topic_configs={"retention.ms": "60000"})])
    found = {report.topic.name: report for report in await create_topics(settings(partitions=5), ["gps"])}
    assert not found[source].created
    assert found[source].partitions == 2
    assert found[source].differences == (
        "partitions: 2, should be 5",
        "message.timestamp.type: CreateTime, should be LogAppendTime",
        f"retention.ms: 60000, should be {7 * DAY_MS}",
        "max.message.bytes: 1048588, should be 1049600",
    )
    async with admin(kafka) as client:
        described = {one["topic"]: len(one["partitions"]) for one in await client.describe_topics()}
    assert described[source] == 2


async def test_a_topic_made_a_moment_ago_that_the_broker_does_not_list_yet_is_left(
    settings: MakeSettings, kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = f"{settings().namespace}.gps"
    async with admin(kafka) as client:
        await client.create_topics([NewTopic(source, 2, 1)])
    listed = citystream_admin._partitions
    answers: Iterator[dict[str, int]] = iter([{}])

    async def behind(client: AIOKafkaAdminClient) -> dict[str, int]:
        return next(answers, None) or await listed(client)

    monkeypatch.setattr(citystream_admin, "_partitions", behind)
    found = {report.topic.name: report for report in await create_topics(settings(partitions=5), ["gps"])}
    assert not found[source].created
    assert found[source].partitions == 2
    assert found[f"{settings().namespace}-gps-state-changelog"].partitions == 2


async def test_a_changelog_has_as_many_partitions_as_its_source(settings: MakeSettings, kafka: str) -> None:
    async with admin(kafka) as client:
        await client.create_topics([NewTopic(f"{settings().namespace}.gps", 2, 1)])
    source, dead_letters, changelog, _ = await create_topics(settings(partitions=5), ["gps"])
    assert (source.partitions, dead_letters.partitions, changelog.partitions) == (2, 5, 2)
    assert not changelog.differences


async def test_a_changelog_that_does_not_match_its_source_is_told(settings: MakeSettings, kafka: str) -> None:
    async with admin(kafka) as client:
        await client.create_topics([NewTopic(f"{settings().namespace}-gps-state-changelog", 2, 1)])
    _, _, changelog, _ = await create_topics(settings(partitions=3), ["gps"])
    assert changelog.differences[0] == "partitions: 2, should be 3"


async def test_looking_makes_no_topic(settings: MakeSettings) -> None:
    for _ in range(2):
        reports = await list_topics(settings(), ["gps"])
        assert [report.partitions for report in reports] == [0, 0, 0, 0]


async def test_what_the_broker_refuses_is_named(settings: MakeSettings) -> None:
    with pytest.raises(TopicsError, match=r"(?s)refused to create.*\.gps: .*replicat"):
        await create_topics(settings(replication=3), ["gps"])


@pytest.mark.parametrize("type_", ["", "GPS", "gps.dlq", "9gps", "g ps", "x" * 41])
async def test_a_type_that_can_not_be_a_topic_is_refused(settings: MakeSettings, type_: str) -> None:
    with pytest.raises(TopicsError, match="type: "):
        await create_topics(settings(), [type_])


@pytest.fixture
def silent_server() -> Iterator[str]:
    """Takes connections and never says a word."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def nobody() -> str:
    """An address where nothing listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


async def test_a_broker_that_is_away_is_told_quietly(
    settings: MakeSettings, nobody: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(TopicsError, match=rf"Kafka at {nobody}.*Connect call failed") as caught:
        await create_topics(settings(kafka=nobody), ["gps"])
    assert "CITY_KAFKA" in str(caught.value)
    assert caplog.records == []


async def test_a_broker_that_never_answers_is_given_up(settings: MakeSettings, silent_server: str) -> None:
    with pytest.raises(TopicsError, match=rf"Kafka at {silent_server}"):
        await create_topics(settings(kafka=silent_server), ["gps"])


async def test_a_password_is_in_no_message(settings: MakeSettings, silent_server: str) -> None:
    wrong = settings(
        kafka=silent_server,
        kafka_security="SASL_PLAINTEXT",
        kafka_username="city",
        kafka_password="hunter2hunter2",
    )
    with pytest.raises(TopicsError) as caught:
        await create_topics(wrong, ["gps"])
    assert "SASL_PLAINTEXT" in str(caught.value)
    assert "hunter2" not in str(caught.value)


async def test_topics_grow_together(settings: MakeSettings) -> None:
    await create_topics(settings(partitions=2), ["gps"])
    grown = await grow_topics(settings(partitions=2), "gps", 5)
    assert [report.partitions for report in grown] == [5, 5, 5, 1]
    assert not any(report.differences for report in await list_topics(settings(partitions=5), ["gps"]))
    assert await grow_topics(settings(partitions=2), "gps", 5) == grown


async def test_topics_never_shrink(settings: MakeSettings) -> None:
    await create_topics(settings(partitions=4), ["gps"])
    with pytest.raises(TopicsError, match=r"partitions: .*-changelog has 4, and Kafka takes none away"):
        await grow_topics(settings(), "gps", 3)
    assert [report.partitions for report in await list_topics(settings(), ["gps"])] == [4, 4, 4, 1]


async def test_topics_that_are_not_there_do_not_grow(settings: MakeSettings) -> None:
    with pytest.raises(TopicsError, match=r"no topic .*; make it with: city topics create --type gps"):
        await grow_topics(settings(), "gps", 3)
