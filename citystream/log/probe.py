"""Whether Kafka answers: asked every few seconds, beside the fetches, which wait for records."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from aiokafka.errors import KafkaError

EVERY_S = 2.0
# A broker that takes longer is as good as away.
ANSWER_S = 5.0


class KafkaProbe:
    """What a small question to the leaders of our partitions comes to."""

    def __init__(self, ask: Callable[[], Awaitable[object]]) -> None:
        self._ask = ask
        self.error: str | None = None
        """Why Kafka is away; None while it answers."""
        self.answer_s = 0.0
        """How long it took, or is taking."""

    @property
    def up(self) -> bool:
        return self.error is None

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            started = time.monotonic()
            try:
                async with asyncio.timeout(ANSWER_S):
                    await self._ask()
                self.error = None
            except TimeoutError:
                self.error = f"no answer within {ANSWER_S:g} s"
            except (KafkaError, OSError) as error:
                self.error = f"{type(error).__name__}: {error}"
            self.answer_s = time.monotonic() - started
            await asyncio.sleep(EVERY_S)
