"""A replay's records from the archive.

Kafka is asked where the log ends, so that what is not archived yet is known, and which log it is; the
records themselves may have left it long ago.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from citystream.log.batches import Record
from citystream.log.source import Bounds
from citystream.replay.catalogue import ArchivedObject, Catalogue, Contents, Name
from citystream.replay.chain import Chain
from citystream.replay.kafka_source import KafkaSource
from citystream.replay.ranges import PartitionRange, ReplayError, ReplayRange, milliseconds

GAPS_NAMED = 5


class ArchiveSource:
    """One type's objects."""

    def __init__(self, catalogue: Catalogue, kafka: KafkaSource, *, redacted: bool) -> None:
        """`redacted`: the archive does not have the original bytes."""
        self.notices: list[str] = []
        if redacted:
            self.notices.append(
                "the archive of this type keeps redacted bytes, and these are what is folded: an event that "
                "the live run refused for a field that was removed since is counted now"
            )
        self._catalogue = catalogue
        self._kafka = kafka
        self._ranges: dict[int, PartitionRange] = {}
        self._positions: dict[int, int] = {}
        self._hours: Iterator[str] = iter(())
        self._names: dict[int, list[Name]] = defaultdict(list)
        self._open: dict[int, tuple[ArchivedObject, Contents]] = {}
        self._reached_ms: dict[int, int] = {}
        """Kafka timestamp up to which a partition was read."""

    async def plan(self, wanted: ReplayRange, margin_ms: int) -> list[PartitionRange]:
        chains = [Chain(number, wanted, margin_ms) for number in await self._kafka.bounds()]
        await self._walk(chains, wanted)
        # Asked after what is archived: that goes on meanwhile, beyond any earlier end.
        bounds = await self._kafka.bounds()
        made = await self._kafka.generations(bounds)
        ranges, missing = [], []
        for chain in chains:
            number, each = chain.partition, bounds[chain.partition]
            same = await self._is_live(chain, each)
            for first, end in [*chain.gaps, *await self._unarchived(chain, each, same=same)]:
                missing.append(f"partition {number}: offsets {first} to {end - 1}")
            if chain.oldest is None or chain.youngest is None or chain.start_ms is None:
                continue
            self._note(chain, same=same)
            if chain.start < chain.end:
                ranges.append(
                    PartitionRange(
                        partition=number,
                        read_from=chain.oldest.name.first,
                        before_ms=chain.oldest.first_ms,
                        start=chain.start,
                        start_ms=chain.start_ms,
                        end=chain.end,
                        until_ms=chain.youngest.first_ms,
                        to_end=same and chain.end == each.end,
                        generation=made[number] if same else max(0, made[number] - 1),
                    )
                )
        if missing:
            raise ReplayError(_missing(missing))
        return ranges

    async def _walk(self, chains: Sequence[Chain], wanted: ReplayRange) -> None:
        """Take objects, youngest first, until every chain has what it needs."""
        hours = await self._catalogue.hours()
        if isinstance(wanted.end, datetime):
            last = self._catalogue.hour_of(milliseconds(wanted.end))
            hours = [hour for hour in hours if hour <= last]
        by_number = {chain.partition: chain for chain in chains}
        for hour in reversed(hours):
            if all(chain.done for chain in chains):
                break
            for one in await self._catalogue.objects(hour):
                chain = by_number.get(one.name.partition)
                if chain and not chain.done:
                    await chain.take(one, self._catalogue)
        for chain in chains:
            chain.conclude()

    async def _is_live(self, chain: Chain, bounds: Bounds) -> bool:
        """Whether the objects are of the log that Kafka has now."""
        one = chain.oldest
        if one is None or one.last >= bounds.end:
            return one is None
        if one.name.first < bounds.begin:
            return True
        return await self._kafka.timestamp(chain.partition, one.name.first) == one.first_ms

    async def _unarchived(self, chain: Chain, bounds: Bounds, *, same: bool) -> list[tuple[int, int]]:
        """Records of the range that the archive lacks at its end; an open end is only noted."""
        if not same:
            return []
        wanted, archived = chain.wanted.end, chain.youngest.last + 1 if chain.youngest else 0
        if wanted is None:
            if archived < bounds.end:
                self.notices.append(
                    f"partition {chain.partition}: offsets {archived} to {bounds.end - 1} are not archived "
                    "yet; the replay ends before them"
                )
            return []
        if chain.after is not None:
            end = chain.after if isinstance(wanted, datetime) else min(wanted, chain.after)
        elif archived < bounds.begin and isinstance(wanted, datetime):
            # Kafka can't say what lay between: an object that goes on there can.
            return [] if await self._goes_on(chain, archived) else [(archived, bounds.begin)]
        else:
            end = await self._kafka.offset_at(chain.partition, wanted, bounds, bounds.end)
        return [(archived, end)] if archived < end else []

    async def _goes_on(self, chain: Chain, offset: int) -> bool:
        after = chain.youngest.first_ms if chain.youngest else 0
        for hour in await self._catalogue.hours():
            if hour >= self._catalogue.hour_of(after) and any(
                name.partition == chain.partition and name.first == offset
                for name in await self._catalogue.names(hour)
            ):
                return True
        return False

    def _note(self, chain: Chain, *, same: bool) -> None:
        where = f"partition {chain.partition}"
        if chain.anew_ms is not None:
            at = datetime.fromtimestamp(chain.anew_ms / 1000, UTC).isoformat()
            self.notices.append(
                f"{where}: the topic was made anew; what lies before is of another log and is left out: "
                f"replay it with --to {at}"
            )
        elif chain.oldest and chain.oldest.name.first and not chain.done:
            self.notices.append(
                f"{where}: the archive begins at offset {chain.oldest.name.first}; "
                "windows that reach before it are left out"
            )
        if not same:
            self.notices.append(
                f"{where}: these records are of a log that Kafka no longer has; they are written as "
                "the generation before the one of now"
            )

    async def seek(self, ranges: Sequence[PartitionRange], positions: Mapping[int, int]) -> None:
        self._ranges = {one.partition: one for one in ranges}
        self._positions = dict(positions)
        self._names.clear()
        self._open.clear()
        self._reached_ms = dict.fromkeys(self._ranges, 0)
        first = self._catalogue.hour_of(min(one.before_ms for one in ranges))
        self._hours = iter([hour for hour in await self._catalogue.hours() if hour >= first])

    async def fetch(self, wanted: Collection[int]) -> dict[int, Sequence[Record]]:
        """As the protocol says. An open object is read to its end first, so few are open at a time."""
        while True:
            number = next((each for each in wanted if each in self._open), None)
            if number is None:
                number = min(wanted, key=lambda each: self._reached_ms[each])
            end = self._ranges[number].end
            if self._positions[number] >= end:
                self._open.pop(number, None)
                return {number: ()}
            if number not in self._open:
                one = await self._next_object(number)
                self._open[number] = one, await self._catalogue.open(one)
            one, contents = self._open[number]
            records = await contents.read()
            if not records:
                del self._open[number]
            position = self._positions[number]
            self._positions[number] = records[-1].offset + 1 if records else one.last + 1
            inside = [each for each in records if position <= each.offset < end]
            if inside:
                self._reached_ms[number] = inside[-1].timestamp
                return {number: inside}

    async def _next_object(self, number: int) -> ArchivedObject:
        """The object that has a partition's position, of the log that is read."""
        position, log = self._positions[number], self._ranges[number]
        while True:
            names = self._names[number]
            best = max((name for name in names if name.first <= position), default=None)
            if best is None:
                await self._load_hour(number)
                continue
            one = await self._catalogue.describe(best)
            names.remove(best)
            if not log.before_ms <= one.first_ms <= log.until_ms:
                continue
            # Those before it are of no more use: a log's objects follow each other.
            self._names[number] = [name for name in names if name.first > position]
            if one.last >= position:
                return one

    async def _load_hour(self, number: int) -> None:
        hour = next(self._hours, None)
        if hour is None:
            raise ReplayError(
                f"partition {number}: offset {self._positions[number]} is not in the archive any more"
            )
        for name in await self._catalogue.names(hour):
            if name.partition in self._ranges:
                self._names[name.partition].append(name)


def _missing(missing: Sequence[str]) -> str:
    named = "\n".join(f"  {one}" for one in missing[:GAPS_NAMED])
    more = f"\n  and {len(missing) - GAPS_NAMED} more" if len(missing) > GAPS_NAMED else ""
    return (
        f"the archive lacks records of the range:\n{named}{more}\n"
        "If they are not archived yet, wait, or leave --to out; if Kafka still has them, use "
        "--source kafka; else replay the parts before and after them by --to and --from."
    )
