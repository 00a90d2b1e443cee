"""The stream role's clocks: publish and checkpoint, and the index's own.

Caught up, states are published every `publish_ms`. Far behind, what is shown is old, however often: then
a publish waits until each state that it writes stands for many events, so that what states cost stays
small beside what events cost, however many keys there are.
"""

import asyncio
import logging
import time

from citystream.fold.rows import StateVersionError
from citystream.state.partition import OwnedPartition
from citystream.stream import Stream

log = logging.getLogger(__name__)

# Far behind: the log's end is more than so many looks away.
FAR_LOOKS = 20
# Events a state that make a publish worth its cost, and how long it may wait for them.
WORTH = 128
CATCH_UP_S = 30.0
# Of the index's rhythm, over which its writes are spread.
SPREAD = 0.8


async def publish_clock(stream: Stream) -> None:
    """Publish and checkpoint until cancelled; publishing goes on while a checkpoint is under way.

    Raises:
        ExceptionGroup: of a StateVersionError.
    """
    async with asyncio.TaskGroup() as checkpoints:
        await _publish(stream, checkpoints)


async def _publish(stream: Stream, checkpoints: asyncio.TaskGroup) -> None:
    settings = stream.settings
    published_at = time.monotonic()
    checkpoint: asyncio.Task[None] | None = None
    folded = 0
    while True:
        await asyncio.sleep(settings.publish_ms / 1000)
        try:
            await stream.open_assigned()
            lately = stream.take_folded()
            folded += lately
            coming = sum(lag for number, lag in stream.lags().items() if number not in stream.pauses.paused)
            stream.far_behind = 0 < FAR_LOOKS * lately < coming
            worth = folded >= WORTH * stream.touched or time.monotonic() - published_at >= CATCH_UP_S
            if stream.far_behind and not worth and not stream.crowded:
                continue
            published_at, folded = time.monotonic(), 0
            await stream.publish(live_only=True)
            if (checkpoint is None or checkpoint.done()) and (due := stream.due()):
                checkpoint = checkpoints.create_task(_checkpoint(stream, due))
        except StateVersionError:  # no later look will find another version
            raise
        except Exception:  # a clock that stops would stop the service
            log.exception("the clock goes on after an error")


async def _checkpoint(stream: Stream, due: list[OwnedPartition]) -> None:
    try:
        await stream.checkpoint(due)
    except Exception:  # as above
        log.exception("a checkpoint failed; the next saves what it lacks")


async def index_clock(stream: Stream) -> None:
    """Index until cancelled: at its own rhythm, seldom when far behind, at once when folding waits for it."""
    settings = stream.settings
    indexed_at = time.monotonic()
    while True:
        await asyncio.sleep(settings.publish_ms / 1000)
        rhythm_s = CATCH_UP_S if stream.far_behind else settings.index_ms / 1000
        if time.monotonic() - indexed_at < rhythm_s and not stream.crowded:
            continue
        indexed_at = time.monotonic()
        try:
            await stream.index(rhythm_s * SPREAD)
        except Exception:  # as above
            log.exception("the index clock goes on after an error")
