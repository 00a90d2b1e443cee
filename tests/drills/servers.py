"""A city's servers of its own, which a drill may lose."""

import asyncio
from pathlib import Path
from typing import Any

from citystream.settings import Settings
from demo.servers.apache_kafka import SHORT_LIVED, ApacheKafka
from demo.servers.moto import Moto
from demo.servers.noida_db import NoidaElasticsearch
from demo.servers.server import Server
from demo.servers.valkey import Valkey
from tests.faults.endurance import RULES

PARTITIONS = 4


class Servers:
    """Kafka keeps what it has when it is killed; Redis, S3 and Elasticsearch do not."""

    def __init__(self, folder: Path) -> None:
        self.kafka = ApacheKafka(folder / "kafka", java_options=SHORT_LIVED)
        self.redis = Valkey(folder / "redis")
        self.s3 = Moto(folder / "s3")
        self.elasticsearch = NoidaElasticsearch(folder / "elasticsearch")

    @property
    def _all(self) -> tuple[Server, ...]:
        return self.kafka, self.redis, self.s3, self.elasticsearch

    async def start(self) -> None:
        await asyncio.gather(*(asyncio.to_thread(server.start) for server in self._all))

    def kill(self) -> None:
        for server in self._all:
            server.kill()

    def settings(self, namespace: str, folder: Path, **changes: Any) -> Settings:
        """Of a namespace on them: small windows, so that some close and expire while a drill runs."""
        own: dict[str, Any] = {
            "namespace": namespace,
            "data_dir": folder,
            "kafka": self.kafka.address,
            "redis": self.redis.address,
            "s3": self.s3.address,
            "s3_bucket": namespace,
            "s3_access_key": "test",
            "s3_secret_key": "test",
            "elasticsearch": self.elasticsearch.address,
            "partitions": PARTITIONS,
        }
        return Settings(**(RULES | own | changes))
