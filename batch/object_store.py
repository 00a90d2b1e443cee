"""The batch layer's client of S3: it reads ten thousands of objects, each in an eighth of aioboto3's time.

A process that ends by itself calls it from threads and leaves its coroutines alone: the threads that do these
may outlive the interpreter, and abort the process at its very end (one in five). Workers are killed.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from obstore.auth.boto3 import Boto3CredentialProvider
from obstore.exceptions import BaseError
from obstore.store import S3Store

from citystream.settings import Settings, secret

if TYPE_CHECKING:
    from obstore.store import ClientConfig

# A server that restarts is back within this.
PATIENCE = timedelta(seconds=30)


class StoreError(OSError):
    """S3 does not answer, or refuses; the message says what was asked."""


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Whatever S3's client raises in the block is a `StoreError` of what was asked."""
    try:
        yield
    except (BaseError, FileNotFoundError) as error:
        raise StoreError(f"{what}: {str(error).splitlines()[0]}") from error


class Entry(NamedTuple):
    """An object that there is."""

    key: str
    size: int
    """Bytes."""


async def folders(store: S3Store, prefix: str) -> list[str]:
    """Prefixes one level below, sorted.

    Raises:
        StoreError: S3 does not answer.
    """
    with asking(f"list {prefix}"):
        found = await asyncio.to_thread(store.list_with_delimiter, prefix)
    return sorted(f"{folder}/" for folder in found["common_prefixes"])


async def entries(store: S3Store, prefix: str) -> list[Entry]:
    """All objects below.

    Raises:
        StoreError: S3 does not answer.
    """
    with asking(f"list {prefix}"):
        found = await asyncio.to_thread(store.list(prefix, chunk_size=1_000).collect)
    return [Entry(one["path"], one["size"]) for one in found]


def object_store(settings: Settings) -> S3Store:
    """The archive's bucket, by the same settings as everywhere.

    Raises:
        StoreError: there are no credentials.
    """
    client: ClientConfig = {"connect_timeout": timedelta(seconds=5), "timeout": PATIENCE}
    if settings.s3 and settings.s3.startswith("http://"):
        client["allow_http"] = True
    if settings.s3_ca_file:
        client["root_certificate"] = settings.s3_ca_file.read_bytes()
    return S3Store(
        settings.s3_bucket,
        endpoint=settings.s3,
        region=settings.s3_region,
        access_key_id=settings.s3_access_key,
        secret_access_key=secret(settings.s3_secret_key),
        virtual_hosted_style_request=settings.s3 is None,
        client_options=client,
        retry_config={"max_retries": 5, "retry_timeout": PATIENCE},
        credential_provider=None if settings.s3_access_key else _aws_chain(),
    )


def _aws_chain() -> Boto3CredentialProvider:
    """Profile, role, instance."""
    try:
        return Boto3CredentialProvider()
    except ValueError as error:
        raise StoreError(
            "no credentials: set CITY_S3_ACCESS_KEY and CITY_S3_SECRET_KEY, or AWS's own"
        ) from error
