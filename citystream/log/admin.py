"""The topics of a data type: source, dead letters, changelog, control, and those of its other roles.

Made once, then compared. A topic that exists is never changed: what differs from our settings is reported,
and so is what a broker took but did not keep.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from citystream.contracts import topics
from citystream.servers.connections import kafka_options
from citystream.settings import Settings

Kind = Literal["source", "dead letters", "changelog", "control", "output"]

# A topic's limit counts the whole record batch: 61 bytes of header, 32 of the record's own fields,
# and a key and headers of our own, which stay below 900.
BATCH_OVERHEAD_BYTES = 1024
REQUEST_TIMEOUT_S = 5.0
# Connect, list, then twice create and list again until known, describe: most of them immediate.
TIMEOUT_S = 15.0
KNOWN_PAUSE_S = 0.1


class TopicsError(Exception):
    """The topics can't be made or read; the message says why and what to do next."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it should be."""

    name: str
    kind: Kind
    partitions: int
    settings: dict[str, str]


@dataclass(frozen=True, slots=True)
class TopicReport:
    """A topic as the broker has it; `partitions` is 0 where there is none.

    `differences` has a line for each partition count or setting that is not as it should be.
    """

    topic: Topic
    partitions: int
    created: bool
    differences: tuple[str, ...]


def wanted(settings: Settings, types: Iterable[str], existing: dict[str, int]) -> list[Topic]:
    """The topics of each type: four a type, and two for each other role that it has.

    A changelog has a partition for each of its source's: of the existing source (`existing` is
    topic -> partitions), else of the one that we would create.

    Raises:
        TopicsError: a type's name can't stand in a topic's name.
    """
    source_settings = topics.SOURCE_SETTINGS | {
        "retention.ms": str(settings.retention_hours * 3_600_000),
        "max.message.bytes": str(settings.max_event_bytes + BATCH_OVERHEAD_BYTES),
    }
    found = []
    for type_ in dict.fromkeys(types):
        if not topics.NAME.fullmatch(type_):
            raise TopicsError(f"type: {type_!r} {topics.NAME_RULE}")
        source = topics.source(settings.shared, type_)
        found += [
            Topic(source, "source", settings.partitions, source_settings),
            Topic(
                topics.dead_letters(settings.namespace, type_),
                "dead letters",
                settings.partitions,
                topics.DEAD_LETTER_SETTINGS,
            ),
            Topic(
                topics.changelog(settings.namespace, type_),
                "changelog",
                existing.get(source, settings.partitions),
                topics.changelog_settings(type_),
            ),
            Topic(topics.control(settings.namespace, type_), "control", 1, topics.CONTROL_SETTINGS),
        ]
        for role in topics.OUTPUTS.get(type_, ()):
            name = topics.role_changelog(settings.namespace, type_, role)
            found += [
                Topic(topics.output(settings.namespace, type_, role), "output", 1, topics.OUTPUT_SETTINGS),
                Topic(name, "changelog", 1, topics.ROLE_CHANGELOG_SETTINGS),
            ]
    return found


async def create_topics(
    settings: Settings, types: Iterable[str], timeout_s: float = TIMEOUT_S
) -> list[TopicReport]:
    """Make the topics that are missing and wait until the broker knows them.

    Raises:
        TopicsError: the broker is away, refuses, or takes longer than `timeout_s`.
    """
    types = tuple(types)
    created: set[str] = set()
    async with _admin(settings, timeout_s) as admin:
        existing = await _partitions(admin)
        # Sources first: a broker may list one only a moment after another process made it, and its
        # changelog has as many partitions as it has, not as we would have given it.
        for sources in (True, False):
            every = wanted(settings, types, existing)
            missing = [
                topic for topic in every if (topic.kind == "source") is sources and topic.name not in existing
            ]
            if missing:
                created |= await _create(admin, missing, settings.replication)
            while not all(topic.name in existing for topic in missing):
                await asyncio.sleep(KNOWN_PAUSE_S)
                existing = await _partitions(admin)
        return await _compare(admin, every, existing, created)


async def grow_topics(
    settings: Settings, type_: str, partitions: int, timeout_s: float = TIMEOUT_S
) -> list[TopicReport]:
    """Add partitions to a type's changelog, dead letters and source, each known before the next grows.

    In this order a source's partition never lacks its changelog's. What an interrupted growth left is
    completed by the next.

    Raises:
        TopicsError: a topic is missing or has more partitions; the broker is away, refuses, or takes longer
            than `timeout_s`.
    """
    names = [
        topics.changelog(settings.namespace, type_),
        topics.dead_letters(settings.namespace, type_),
        topics.source(settings.shared, type_),
    ]
    async with _admin(settings, timeout_s) as admin:
        existing = await _partitions(admin)
        for name in names:
            if name not in existing:
                raise TopicsError(f"no topic {name}; make it with: city topics create --type {type_}")
            if existing[name] > partitions:
                raise TopicsError(
                    f"partitions: {name} has {existing[name]}, and Kafka takes none away; give at least "
                    f"{max(existing[one] for one in names)}, or start a new namespace with fewer"
                )
        for name in names:
            if existing[name] < partitions:
                await admin.create_partitions({name: NewPartitions(partitions)})
            while existing.get(name) != partitions:
                await asyncio.sleep(KNOWN_PAUSE_S)
                existing = await _partitions(admin)
        grown = settings.model_copy(update={"partitions": partitions})
        return await _compare(admin, wanted(grown, [type_], existing), existing, set())


async def list_topics(
    settings: Settings, types: Iterable[str], timeout_s: float = TIMEOUT_S
) -> list[TopicReport]:
    """The topics of each type as the broker has them, missing ones too.

    Raises:
        TopicsError: the broker is away, refuses, or takes longer than `timeout_s`.
    """
    async with _admin(settings, timeout_s) as admin:
        existing = await _partitions(admin)
        return await _compare(admin, wanted(settings, types, existing), existing, set())


@asynccontextmanager
async def _admin(settings: Settings, timeout_s: float) -> AsyncIterator[AIOKafkaAdminClient]:
    """A connected client whose every failure is a `TopicsError`."""
    with _captured_log() as said:
        client = AIOKafkaAdminClient(
            **kafka_options(settings), request_timeout_ms=int(REQUEST_TIMEOUT_S * 1000)
        )
        try:
            async with asyncio.timeout(timeout_s):
                await client.start()
                yield client
        except (KafkaError, OSError, TimeoutError) as error:
            reason = said[-1] if said else str(error) or f"no answer within {timeout_s:g} s"
            raise TopicsError(
                f"Kafka at {settings.kafka} ({settings.kafka_security}): {reason}\n"
                "Is it running, and are CITY_KAFKA and CITY_KAFKA_SECURITY right?"
            ) from error
        finally:
            await client.close()


@contextmanager
def _captured_log() -> Iterator[list[str]]:
    """Keep aiokafka's warnings off the screen: it writes them by the thousand while a broker is away."""
    said: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            message = record.getMessage().rstrip()
            # A time-out has no text of its own.
            said[:] = [message + " no answer in time" if message.endswith(":") else message]

    logger, keep = logging.getLogger("aiokafka"), Keep(logging.WARNING)
    propagated = logger.propagate
    logger.addHandler(keep)
    logger.propagate = False
    try:
        yield said
    finally:
        logger.removeHandler(keep)
        logger.propagate = propagated


async def _partitions(admin: AIOKafkaAdminClient) -> dict[str, int]:
    """Topic -> number of partitions, for topics whose every partition has a leader."""
    # All of them: asked by name, a broker with auto-creation makes the topic, with its own settings.
    described = await admin.describe_topics()
    return {
        one["topic"]: len(one["partitions"])
        for one in described
        if one["partitions"] and all(part["leader"] >= 0 for part in one["partitions"])
    }


async def _create(admin: AIOKafkaAdminClient, missing: list[Topic], replication: int) -> set[str]:
    """Names of those that this call made; another process may have made the others since we looked."""
    answer = await admin.create_topics(
        [
            NewTopic(topic.name, topic.partitions, replication, topic_configs=topic.settings)
            for topic in missing
        ]
    )
    refused = [
        f"{name}: {(rest[0] if rest else None) or for_code(code).description}"
        for name, code, *rest in answer.topic_errors
        if code not in (0, TopicAlreadyExistsError.errno)
    ]
    if refused:
        raise TopicsError("Kafka refused to create:\n" + "\n".join(f"  {line}" for line in refused))
    return {name for name, code, *_ in answer.topic_errors if code == 0}


async def _compare(
    admin: AIOKafkaAdminClient, every: list[Topic], existing: dict[str, int], created: set[str]
) -> list[TopicReport]:
    present = [topic for topic in every if topic.name in existing]
    kept = await _settings(admin, present) if present else {}
    return [
        TopicReport(
            topic,
            existing.get(topic.name, 0),
            topic.name in created,
            tuple(_differences(topic, existing[topic.name], kept[topic.name]))
            if topic.name in existing
            else (),
        )
        for topic in every
    ]


async def _settings(admin: AIOKafkaAdminClient, present: list[Topic]) -> dict[str, dict[str, str]]:
    """Topic -> setting -> value, for the settings that we set."""
    answers: list[Any] = await admin.describe_configs(
        [ConfigResource(ConfigResourceType.TOPIC, topic.name, topic.settings) for topic in present]
    )
    kept: dict[str, dict[str, str]] = {topic.name: {} for topic in present}
    for answer in answers:
        for code, message, _, name, entries in answer.resources:
            if code:
                raise TopicsError(
                    f"Kafka refused to describe {name}: {message or for_code(code).description}"
                )
            kept[name] = {entry[0]: entry[1] for entry in entries}
    return kept


def _differences(topic: Topic, partitions: int, kept: dict[str, str]) -> Iterator[str]:
    if partitions != topic.partitions:
        yield f"partitions: {partitions}, should be {topic.partitions}"
    for key, value in topic.settings.items():
        # A list setting comes back in the broker's own order.
        if sorted(kept.get(key, "").split(",")) != sorted(value.split(",")):
            yield f"{key}: {kept.get(key, 'not kept')}, should be {value}"
