"""Batched delivery: one Faust message per fetched chunk of a partition.

Stock Faust pays its bookkeeping per event; here the unit of delivery is the chunk, and everything else
stays Faust's. The source topics are declared without acks, so Faust's gap bookkeeping, which would take
a chunk's last offset for all of it, never sees them: the kit commits its own offsets.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import aiokafka.consumer.fetcher
import faust
from faust.transport.utils import DefaultSchedulingStrategy
from faust.types import TP, AppT, CodecArg, K, Message, V


class Record(Protocol):
    """What the kit reads of a consumer record, as aiokafka has it."""

    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int:
        """Kafka timestamp, epoch milliseconds."""
        ...

    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes]]: ...


class ParsedRecords(aiokafka.consumer.fetcher.PartitionRecords):  # type: ignore[misc] # untyped
    """Hands records on as they were parsed, which is all that a chunk needs.

    aiokafka copies each into a `ConsumerRecord`, at half the price of folding it.
    """

    def _consumer_record(self, tp: Any, record: Record) -> Record:
        return record


def deliver_parsed() -> None:
    """Have every consumer of this process fetch records as they were parsed: without topic and partition."""
    aiokafka.consumer.fetcher.PartitionRecords = ParsedRecords


class PlainRecord(NamedTuple):
    """A record that comes from elsewhere than a consumer; headers are not kept."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[()] = ()


class Chunk:
    """Consecutive records of one partition, in the shape of one consumer record."""

    __slots__ = (
        "checksum",
        "headers",
        "key",
        "offset",
        "partition",
        "serialized_key_size",
        "serialized_value_size",
        "timestamp",
        "timestamp_type",
        "topic",
        "value",
    )

    def __init__(self, tp: TP, records: Sequence[Any]) -> None:
        last = records[-1]
        self.topic = tp.topic
        self.partition = tp.partition
        self.offset = last.offset
        self.timestamp = last.timestamp
        self.timestamp_type = last.timestamp_type
        self.headers = ()
        self.key = None
        self.value = records
        self.checksum = None
        self.serialized_key_size = 0
        self.serialized_value_size = 0


def chunk_scheduler(topics: frozenset[str]) -> type[DefaultSchedulingStrategy]:
    """Scheduler that delivers these topics in chunks, and any other as Faust does."""

    class ChunkScheduler(DefaultSchedulingStrategy):
        def iterate(self, records: Mapping[TP, list[Any]]) -> Iterator[tuple[TP, Any]]:
            rest: dict[TP, list[Any]] = {}
            for tp, fetched in records.items():
                if tp.topic not in topics:
                    rest[tp] = fetched
                elif fetched:
                    yield tp, Chunk(tp, fetched)
            yield from super().iterate(rest)

    return ChunkScheduler


class ChunkSchema(faust.Schema[Any, Any]):
    """Passes a chunk through: decoding is the fold's, in one tight loop."""

    def loads_key(
        self,
        app: AppT,
        message: Message,
        *,
        loads: Any = None,
        serializer: CodecArg | None = None,
    ) -> K | None:
        return None

    def loads_value(
        self,
        app: AppT,
        message: Message,
        *,
        loads: Any = None,
        serializer: CodecArg | None = None,
    ) -> V:
        return message.value
