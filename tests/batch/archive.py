"""An archive written object by object, as the archive role leaves it."""

from collections.abc import Sequence

from citystream.archive import parquet
from citystream.contracts import s3_paths
from citystream.fold.redaction import Redaction
from citystream.settings import Settings
from tests.batch.published import client
from tests.citystream.records import FakeRecord
from tests.services.descriptions import SERVICES


def put(
    settings: Settings,
    type_: str,
    records: Sequence[FakeRecord],
    *,
    partition: int = 0,
    generation: int = 0,
    follows: int | None = None,
) -> str:
    """One object; its key."""
    body = parquet.encode(
        partition, records, SERVICES[type_], settings.future_ms, Redaction.of(SERVICES[type_], settings)
    )
    metadata = {} if follows is None else {s3_paths.FOLLOWS_OFFSET: str(follows)}
    return put_body(settings, type_, records[0], records[-1], body, metadata, partition, generation)


def put_body(
    settings: Settings,
    type_: str,
    first: FakeRecord,
    last: FakeRecord,
    body: bytes,
    metadata: dict[str, str],
    partition: int = 0,
    generation: int = 0,
) -> str:
    """The same of bytes that are there already."""
    key = s3_paths.raw_object(settings.namespace, type_, generation, partition, first.offset, first.timestamp)
    metadata |= {
        s3_paths.FIRST_OFFSET: str(first.offset),
        s3_paths.LAST_OFFSET: str(last.offset),
        s3_paths.FIRST_TIMESTAMP_MS: str(first.timestamp),
    }
    client(settings).put_object(Bucket=settings.s3_bucket, Key=key, Body=body, Metadata=metadata)
    return key
