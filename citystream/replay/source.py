"""Where a replay's records come from."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from citystream.log.batches import Record
from citystream.replay.ranges import PartitionRange, ReplayRange


class Source(Protocol):
    """The log, or the archive of it."""

    notices: list[str]
    """What the user should know of the range, said once it is planned."""

    async def plan(self, wanted: ReplayRange, margin_ms: int) -> list[PartitionRange]:
        """The ranges of all partitions that have records there.

        Raises:
            ReplayError: there is no such topic, or records of the range are missing.
        """
        ...

    async def seek(self, ranges: Sequence[PartitionRange], positions: Mapping[int, int]) -> None:
        """Read on from these offsets, to the end of each range.

        Raises:
            ReplayError: a position is no longer there.
        """
        ...

    async def fetch(self, wanted: Collection[int]) -> dict[int, Sequence[Record]]:
        """The next records of some of the partitions wanted; none of one that is at its end.

        Raises:
            ReplayError: the records do not come.
        """
        ...
