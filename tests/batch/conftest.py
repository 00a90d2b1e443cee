"""A batch layer that has an archive alone: no Kafka, no Redis."""

import secrets
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from batch.progress import Progress
from batch.session import Session, session
from citystream.settings import Settings
from tests.conftest import make_bucket


@pytest.fixture(scope="module")
def archive_settings(s3_endpoint: str) -> Settings:
    """Of a bucket of this module's own."""
    return settings_of(s3_endpoint)


@pytest.fixture(scope="module")
async def it(archive_settings: Settings) -> AsyncIterator[Session]:
    """A session of these settings."""
    with Progress(terminal=False) as progress:
        async with session(archive_settings, 1, "1GB", None, progress) as it:
            yield it


def settings_of(endpoint: str, key: str = "test") -> Settings:
    """Of a new bucket on an S3 server whose access key and secret are the same."""
    namespace = f"t{secrets.token_hex(4)}-batch"
    make_bucket(endpoint, namespace, key)
    return Settings(
        namespace=namespace, s3=endpoint, s3_bucket=namespace, s3_access_key=key, s3_secret_key=SecretStr(key)
    )
