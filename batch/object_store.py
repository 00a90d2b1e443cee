"""A client of S3 for those who read tens of thousands of objects: an eighth of aioboto3's time for each."""

from datetime import timedelta
from typing import TYPE_CHECKING

from obstore.auth.boto3 import Boto3CredentialProvider
from obstore.store import S3Store

from citystream.settings import Settings, secret

if TYPE_CHECKING:
    from obstore.store import ClientConfig

# A server that restarts is back within this.
PATIENCE = timedelta(seconds=30)


def object_store(settings: Settings) -> S3Store:
    """The archive's bucket, by the same settings as everywhere."""
    client: ClientConfig = {"connect_timeout": timedelta(seconds=5), "timeout": PATIENCE}
    if settings.s3 and settings.s3.startswith("http://"):
        client["allow_http"] = True
    if settings.s3_ca_file:
        client["root_certificate"] = settings.s3_ca_file.read_bytes()
    # Without keys the AWS chain is asked: profile, role, instance.
    chain = None if settings.s3_access_key else Boto3CredentialProvider()
    return S3Store(
        settings.s3_bucket,
        endpoint=settings.s3,
        region=settings.s3_region,
        access_key_id=settings.s3_access_key,
        secret_access_key=secret(settings.s3_secret_key),
        virtual_hosted_style_request=settings.s3 is None,
        client_options=client,
        retry_config={"max_retries": 5, "retry_timeout": PATIENCE},
        credential_provider=chain,
    )
