"""Clients for the four servers, made from settings: TLS, SASL and credentials included.

aioboto3 and elasticsearch take half a second of CPU each to import: whoever does not use them should not
wait, and who does imports them beside its event loop (`load`).
"""

import asyncio
import importlib
from contextlib import AsyncExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import redis.asyncio as redis

from citystream.settings import Settings, secret

if TYPE_CHECKING:
    import elasticsearch


def kafka_options(settings: Settings) -> dict[str, Any]:
    """Keyword arguments of every aiokafka client."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka,
        "security_protocol": settings.kafka_security,
        "ssl_context": settings.kafka_ssl(),
    }
    if settings.kafka_security.startswith("SASL"):
        options |= {
            "sasl_mechanism": settings.kafka_sasl_mechanism,
            "sasl_plain_username": settings.kafka_username,
            "sasl_plain_password": secret(settings.kafka_password),
        }
    return options


def redis_client(settings: Settings, timeout_s: float | None = None) -> redis.Redis:
    """Redis client whose calls end within a time-out, the sinks' where none is given; values are bytes."""
    patience_s = settings.sink_timeout_s if timeout_s is None else timeout_s
    options: dict[str, Any] = {
        "socket_timeout": patience_s,
        "socket_connect_timeout": patience_s,
        "health_check_interval": 15,
    }
    if settings.redis_username:
        options["username"] = settings.redis_username
    if settings.redis_password:
        options["password"] = secret(settings.redis_password)
    if settings.redis_ca_file:
        options["ssl_ca_certs"] = str(settings.redis_ca_file)
    return redis.Redis.from_url(settings.redis, **options)


def s3_client(settings: Settings) -> Any:
    """Async context manager that yields an S3 client."""
    import aioboto3
    from aiobotocore.config import AioConfig

    return aioboto3.Session().client(
        "s3",
        endpoint_url=settings.s3,
        region_name=settings.s3_region,
        aws_access_key_id=settings.s3_access_key,
        aws_secret_access_key=secret(settings.s3_secret_key),
        verify=str(settings.s3_ca_file) if settings.s3_ca_file else None,
        config=AioConfig(
            connect_timeout=5,
            read_timeout=10,
            retries={"max_attempts": 2, "mode": "standard"},
            # A bucket of one's own server seldom has a host name of its own.
            s3={"addressing_style": "path" if settings.s3 else "auto"},
        ),
    )


def s3_files(settings: Settings) -> Any:
    """pyarrow's file system of S3, for Parquet of which only a part is read; paths begin with the bucket.

    It is for who answers others: it gives up within seconds, and tries nothing again.
    """
    import pyarrow.fs

    scheme, _, host = (settings.s3 or "https://").partition("://")
    return pyarrow.fs.S3FileSystem(
        access_key=settings.s3_access_key,
        secret_key=secret(settings.s3_secret_key),
        region=settings.s3_region,
        scheme=scheme,
        endpoint_override=host.rstrip("/") or None,
        tls_ca_file_path=str(settings.s3_ca_file) if settings.s3_ca_file else None,
        connect_timeout=1,
        request_timeout=1,
        retry_strategy=pyarrow.fs.AwsStandardS3RetryStrategy(max_attempts=1),
    )


async def load(library: str) -> None:
    """Import a library beside the event loop."""
    await asyncio.to_thread(importlib.import_module, library)


class S3:
    """An S3 client that is made when it is first asked for."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._open = AsyncExitStack()
        self._client: Any = None
        self._making = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    async def client(self) -> Any:
        """The client, the same each time."""
        async with self._making:
            if self._client is None:
                await load("aioboto3")
                self._client = await self._open.enter_async_context(s3_client(self._settings))
            return self._client


def elasticsearch_client(settings: Settings) -> "elasticsearch.AsyncElasticsearch":
    """Elasticsearch client whose calls end within the sink timeout; the caller retries, not the client."""
    import elasticsearch

    from citystream.servers.ndjson import Json, Ndjson

    options: dict[str, Any] = {
        "request_timeout": max(settings.sink_timeout_s, 5.0),
        "max_retries": 0,
        "serializers": {one.mimetype: one for one in (Json(), Ndjson())},
    }
    if settings.elasticsearch_api_key:
        options["api_key"] = secret(settings.elasticsearch_api_key)
    elif settings.elasticsearch_username:
        options["basic_auth"] = (settings.elasticsearch_username, secret(settings.elasticsearch_password))
    if settings.elasticsearch_ca_file:
        options["ca_certs"] = str(settings.elasticsearch_ca_file)
    return elasticsearch.AsyncElasticsearch(settings.elasticsearch, **options)
