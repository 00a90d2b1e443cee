"""What the archive role left in S3, against what it committed."""

from collections.abc import Mapping

from bench.stream.recount import WrongResult
from citystream.contracts import s3_paths
from citystream.servers.connections import s3_client
from citystream.settings import Settings


async def check(settings: Settings, service: str, positions: Mapping[int, int]) -> None:
    """See that the objects hold each committed offset once.

    Raises:
        WrongResult: an offset is missing or is there twice.
    """
    spans: dict[int, list[tuple[int, int]]] = {number: [] for number in positions}
    async with s3_client(settings) as s3:
        pages = s3.get_paginator("list_objects_v2").paginate(
            Bucket=settings.s3_bucket, Prefix=s3_paths.raw_prefix(settings.namespace, service)
        )
        async for page in pages:
            for entry in page.get("Contents", []):
                place = s3_paths.parse_raw_object(entry["Key"])
                if place is None:
                    continue
                head = await s3.head_object(Bucket=settings.s3_bucket, Key=entry["Key"])
                number, first = place
                spans[number].append((first, int(head["Metadata"][s3_paths.LAST_OFFSET]) + 1))
    for number, position in positions.items():
        reached = 0
        for first, following in sorted(spans[number]):
            if first != reached:
                raise WrongResult(f"archive: partition {number} goes from offset {reached} to {first}")
            reached = following
        if reached < position:
            raise WrongResult(f"archive: partition {number} ends at {reached}, committed is {position}")
