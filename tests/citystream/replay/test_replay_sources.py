"""What a replay does where records are missing, and where a topic was made anew."""

import random

import pytest
from aiokafka import AIOKafkaConsumer

from citystream.archive import parquet
from citystream.contracts import s3_paths, topics
from citystream.fold.redaction import Redaction
from citystream.fold.rows import FACTS_KEY, Facts, facts_value
from citystream.replay.kafka_source import KafkaSource
from citystream.replay.order import ReplayOrder
from citystream.replay.ranges import Bound, ReplayError, ReplayRange
from citystream.servers.connections import s3_client
from citystream.settings import Settings
from tests.citystream import live_run
from tests.citystream.live_run import RULES, START_MS, STEP_MS, at, run, starts
from tests.conftest import MakeSettings
from tests.harness import events, kafka_log
from tests.services.descriptions import SERVICES

TYPE = "traffic"
LENGTH = 600
MINUTE_MS = 60_000


def s3_order(start: Bound = None, end: Bound = None) -> ReplayOrder:
    return ReplayOrder(ReplayRange(start, end), source="s3", index=False)


async def archive(settings: Settings, *cuts: tuple[int, int], generation: int = 0) -> int:
    """Write objects of these offsets, as the archive does; how many records the topic has."""
    log = await kafka_log.read(settings, topics.source(settings.namespace, TYPE))
    async with s3_client(settings) as s3:
        for first, end in cuts:
            records = log[0][first:end]
            await s3.put_object(
                Bucket=settings.s3_bucket,
                Key=s3_paths.raw_object(settings.namespace, TYPE, generation, 0, first, records[0].timestamp),
                Body=parquet.encode(0, records, SERVICES[TYPE], 60_000, Redaction(SERVICES[TYPE], ())),
                Metadata={
                    s3_paths.FIRST_OFFSET: str(first),
                    s3_paths.LAST_OFFSET: str(records[-1].offset),
                    s3_paths.FIRST_TIMESTAMP_MS: str(records[0].timestamp),
                },
            )
    return len(log[0])


@pytest.fixture
async def own(settings: MakeSettings) -> Settings:
    """A topic of one partition, with a quarter of an hour of events."""
    made = settings(**RULES | {"partitions": 1})
    await live_run.make_topics(made, [TYPE])
    await live_run.send(made, TYPE, live_run.stream(TYPE, 3, LENGTH))
    return made


async def test_an_open_end_ends_where_the_archive_does_and_says_so(
    own: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    length = await archive(own, (0, 200), (200, 450))
    report = await run(own, TYPE, s3_order())
    assert report.records == 450
    assert f"partition 0: offsets 450 to {length - 1} are not archived yet" in capsys.readouterr().err
    # What is open there is not whole.
    assert report.incomplete > 0


@pytest.mark.parametrize("end", [500, at(12.5)])
async def test_an_end_that_is_not_archived_yet_is_refused(own: Settings, end: Bound) -> None:
    await archive(own, (0, 200), (200, 450))
    with pytest.raises(ReplayError, match=r"partition 0: offsets 450 to \d+\n.*wait"):
        await run(own, TYPE, s3_order(end=end))


async def test_a_missing_object_is_named_by_its_offsets_where_the_range_needs_it(own: Settings) -> None:
    length = await archive(own, (0, 100), (160, 400), (400, 600))
    await archive(own, (600, length))
    with pytest.raises(ReplayError, match="partition 0: offsets 100 to 159\n"):
        await run(own, TYPE, s3_order())
    with pytest.raises(ReplayError, match="partition 0: offsets 100 to 159\n"):
        await run(own, TYPE, s3_order(end=at(8)))
    # Beyond the gap, and before it.
    assert (await run(own, TYPE, s3_order(start=at(12)))).finished
    assert (await run(own, TYPE, s3_order(end=90))).finished


async def test_nothing_archived_is_said(own: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ReplayError, match="no records"):
        await run(own, TYPE, s3_order())
    assert "partition 0: offsets 0 to" in capsys.readouterr().err


async def test_windows_that_reach_before_the_archive_are_left_out(
    own: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    length = await archive(own)
    await archive(own, (200, 400), (400, length))
    await run(own, TYPE, ReplayOrder(ReplayRange(None, None), index=False))
    whole = await live_run.pages(own, TYPE)
    await live_run.flush(own)
    report = await run(own, TYPE, s3_order())
    assert "the archive begins at offset 200" in capsys.readouterr().err
    assert report.incomplete > 0
    found = await live_run.pages(own, TYPE)
    assert 0 < len(starts(found)) < len(starts(whole))
    assert_part(found, whole)


async def test_windows_that_retention_cut_are_left_out(
    settings: MakeSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    own = settings(**RULES | {"partitions": 1})
    await live_run.make_topics(own, [TYPE])
    # What retention will take last is of a window that begins later, and has other records.
    at_ms = START_MS // MINUTE_MS * MINUTE_MS + MINUTE_MS - 10_000
    rng = random.Random(1)
    ahead = events.fields(TYPE, rng, 0, at_ms + 11_000)
    others = [
        ahead | {"event_id": str(number), "timestamp": at_ms + 11_000 + number * STEP_MS}
        for number in range(LENGTH)
    ]
    sent = [(at_ms, b"k", events.encode(ahead))]
    sent += [(one["timestamp"] - 1_000, b"k", events.encode(one)) for one in others]
    await live_run.send(own, TYPE, sent)
    everything = ReplayOrder(ReplayRange(None, None), index=False)
    await run(own, TYPE, everything)
    whole = await live_run.pages(own, TYPE)
    await live_run.delete_records(own, TYPE, 1)
    # On top of what is right: a window that lacks its beginning would replace it.
    report = await run(own, TYPE, everything)
    assert "the log begins at offset 1" in capsys.readouterr().err
    assert report.incomplete > 0
    assert report.written > 0
    assert await live_run.pages(own, TYPE) == whole


async def archived_and_lost(own: Settings) -> tuple[int, live_run.Bytes]:
    """A log that was archived as a whole, and made anew; how long it was, and its windows."""
    length = await archive(own)
    await archive(own, (0, 300), (300, length))
    await run(own, TYPE, s3_order())
    whole = await live_run.pages(own, TYPE)
    await live_run.flush(own)
    await live_run.delete_topic(own, TYPE)
    await live_run.make_topics(own, [TYPE])
    return length, whole


def assert_part(found: live_run.Bytes, whole: live_run.Bytes) -> None:
    """All that was found is as it was."""
    for name, fields in found.items():
        for field, value in fields.items():
            assert whole[name][field] == value


async def test_an_older_log_of_the_same_name_is_told_apart(
    own: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    length, whole = await archived_and_lost(own)
    # In the same hour, so that its objects lie beside the old ones.
    anew = live_run.stream(TYPE, 4, 300, START_MS + LENGTH * STEP_MS + 2 * MINUTE_MS)
    await live_run.send(own, TYPE, anew)
    # The archive's own names: the first object is of a second log, the next one's name was free.
    await archive(own, (0, 150), generation=1)
    await archive(own, (150, len(anew)))
    capsys.readouterr()
    young = await run(own, TYPE, s3_order())
    assert young.records == len(anew)
    assert "another log" in capsys.readouterr().err
    await live_run.flush(own)
    old = await run(own, TYPE, s3_order(end=at(LENGTH * STEP_MS / MINUTE_MS + 1)))
    assert old.records == length
    assert "a log that Kafka no longer has" in capsys.readouterr().err
    found = await live_run.pages(own, TYPE)
    assert len(starts(found)) > len(starts(whole)) / 2
    assert_part(found, whole)


async def test_what_is_archived_of_a_kafka_that_was_lost_is_replayed_beside_an_empty_one(
    own: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    length, whole = await archived_and_lost(own)
    report = await run(own, TYPE, s3_order())
    assert report.records == length
    assert "a log that Kafka no longer has" in capsys.readouterr().err
    # What was open at its end is not whole; all else is as it was.
    found = await live_run.pages(own, TYPE)
    assert len(starts(found)) > len(starts(whole)) / 2
    assert_part(found, whole)


async def test_what_workers_fold_meanwhile_is_of_no_other_log(own: Settings) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=own.kafka, enable_auto_commit=False)
    await consumer.start()
    try:
        source = KafkaSource(consumer, SERVICES[TYPE], own)
        bounds = await source.bounds()
        # The worker has folded what came since the bounds were asked.
        await live_run.send(own, TYPE, live_run.stream(TYPE, 4, 10))
        facts = facts_value(Facts(0, bounds[0].end + 5, START_MS))
        await kafka_log.produce(own.kafka, topics.changelog(own.namespace, TYPE), [(FACTS_KEY, facts)])
        assert await source.generations(bounds) == {0: 0}
    finally:
        await consumer.stop()


async def test_redacted_bytes_are_told_of(settings: MakeSettings, capsys: pytest.CaptureFixture[str]) -> None:
    own = settings(**RULES)
    await live_run.make_topics(own, ["camera"])
    with pytest.raises(ReplayError, match="no records"):
        await run(own, "camera", s3_order())
    assert "redacted bytes" in capsys.readouterr().err


async def test_a_bucket_that_is_not_there_is_named(own: Settings) -> None:
    lost = own.model_copy(update={"s3_bucket": "nowhere"})
    with pytest.raises(ReplayError, match=r"(?s)'nowhere'.*CITY_S3_BUCKET"):
        await run(lost, TYPE, s3_order())
