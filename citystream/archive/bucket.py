"""The bucket that the archive writes to."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from citystream.servers.connections import s3_client
from citystream.settings import Settings


class BucketError(Exception):
    """The bucket can't be made; the message says why and what to do next."""


async def create_bucket(settings: Settings) -> bool:
    """Make the bucket if it is not there.

    Returns:
        whether it was made now.

    Raises:
        BucketError: S3 is away or refuses.
    """
    try:
        async with s3_client(settings) as client:
            try:
                await client.head_bucket(Bucket=settings.s3_bucket)
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                    raise
                await client.create_bucket(Bucket=settings.s3_bucket, **_location(settings.s3_region))
                return True
            return False
    except (ClientError, BotoCoreError, OSError) as error:
        raise BucketError(
            f"bucket {settings.s3_bucket!r} at {settings.s3 or 'AWS'}: {error}\n"
            "Are CITY_S3, CITY_S3_ACCESS_KEY, CITY_S3_SECRET_KEY and CITY_S3_BUCKET right?"
        ) from error


def _location(region: str) -> dict[str, Any]:
    """S3's first region is the one that may not be named."""
    return {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
