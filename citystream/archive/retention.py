"""How long Kafka keeps the raw events, which is how long the archive may wait for S3."""

import asyncio
import logging

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, for_code

from citystream.servers.connections import kafka_options
from citystream.settings import Settings

log = logging.getLogger(__name__)

SETTING = "retention.ms"
# It is changed by hand, and seldom.
LOOK_S = 600.0
RETRY_S = 10.0
ANSWER_S = 10.0


async def retention_s(settings: Settings, topic: str) -> float | None:
    """What the topic has now, whoever set it; None is for ever.

    Raises:
        KafkaError, TimeoutError: no broker answers, or the topic is not there.
    """
    admin = AIOKafkaAdminClient(**kafka_options(settings))
    async with asyncio.timeout(ANSWER_S):
        try:
            await admin.start()
            asked = ConfigResource(ConfigResourceType.TOPIC, topic, {SETTING: ""})
            (answer,) = await admin.describe_configs([asked])
        finally:
            await admin.close()
    ((code, _, _, _, entries),) = answer.resources
    if code:
        raise for_code(code)
    milliseconds = int(next(entry[1] for entry in entries if entry[0] == SETTING))
    return milliseconds / 1000 if milliseconds >= 0 else None


class Retention:
    """The retention of one topic, looked up now and then."""

    def __init__(self, settings: Settings, topic: str) -> None:
        self._settings = settings
        self._topic = topic
        self._seconds: float | None = None

    def used(self, lag_s: float) -> float | None:
        """Which part of the retention a lag is: at 1 records are lost. None if unknown, or for ever."""
        return lag_s / self._seconds if self._seconds else None

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                self._seconds = await retention_s(self._settings, self._topic)
                await asyncio.sleep(LOOK_S)
            except (KafkaError, TimeoutError) as error:
                log.info("%s of %s is not known yet: %s", SETTING, self._topic, error)
                await asyncio.sleep(RETRY_S)
