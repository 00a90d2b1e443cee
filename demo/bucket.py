"""The bucket that the archive writes to."""

from botocore.exceptions import BotoCoreError, ClientError

from citystream.connections import s3_client
from citystream.settings import Settings
from demo.servers.server import ServerError


async def ensure_bucket(settings: Settings) -> None:
    """Make the bucket if it is not there.

    Raises:
        ServerError: S3 is away or refuses.
    """
    where = f"bucket {settings.s3_bucket!r} at {settings.s3 or 'AWS'}"
    try:
        async with s3_client(settings) as client:
            try:
                await client.head_bucket(Bucket=settings.s3_bucket)
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                    raise
                await client.create_bucket(Bucket=settings.s3_bucket)
    except (ClientError, BotoCoreError, OSError) as error:
        raise ServerError(f"{where}: {error}; check CITY_S3, its keys and CITY_S3_BUCKET") from error
