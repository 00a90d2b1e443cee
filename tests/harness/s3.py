"""A client of a test's S3."""

from typing import Any

import boto3


def client(endpoint: str, key: str = "test") -> Any:
    """Of a server whose access key and secret are the same."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=key,
    )
