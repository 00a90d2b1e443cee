"""MinIO keeps its objects, and creates only what is absent."""

import secrets
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from demo.servers.minio import Minio

pytestmark = pytest.mark.server


@pytest.mark.real
def test_minio_keeps_objects_through_a_kill_and_refuses_to_replace_them(tmp_path: Path) -> None:
    access, secret = secrets.token_hex(8), secrets.token_hex(16)
    server = Minio(tmp_path, access, secret)
    server.start()
    try:
        client = boto3.client(
            "s3",
            endpoint_url=server.address,
            region_name="us-east-1",
            aws_access_key_id=access,
            aws_secret_access_key=secret,
        )
        client.create_bucket(Bucket="kept")
        client.put_object(Bucket="kept", Key="k", Body=b"first", IfNoneMatch="*")
        server.kill()
        server.start()
        with pytest.raises(ClientError, match="PreconditionFailed"):
            client.put_object(Bucket="kept", Key="k", Body=b"second", IfNoneMatch="*")
        assert client.get_object(Bucket="kept", Key="k")["Body"].read() == b"first"
    finally:
        server.kill()
