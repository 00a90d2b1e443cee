"""Taking a partition over from whoever had it before: states, facts and ids out of the table."""

import logging
from collections.abc import Sequence
from typing import Any

from citystream.fold.fold import PartitionFold, TimeRules
from citystream.fold.redaction import Redaction
from citystream.fold.rows import restore, slot_key
from citystream.service import Service
from citystream.state.partition import Holder, OwnedPartition
from citystream.state.table import ExactStore

log = logging.getLogger(__name__)


def take_over(
    service: Service[Any],
    rules: TimeRules,
    store: ExactStore,
    number: int,
    end: int,
    sinks: Sequence[Holder],
    redaction: Redaction,
) -> OwnedPartition:
    """The partition as its table has it; `end` is where its log ends now.

    The table says how far the fold is; the committed offset only tells others. Where the log ends before
    what was folded, it is another log of the same name, in which offsets mean nothing: a new generation
    starts from its beginning.
    """
    store.buried.pop(number, None)
    fold: PartitionFold[Any] = PartitionFold(service, rules, number, redaction)
    restored = restore(fold, store.rows(number))
    facts = restored.facts
    generation = facts.generation if facts else 0
    if facts and facts.next_offset > end:
        log.warning(
            "partition %d: the log ends at %d, before %d that was folded: the topic was made anew",
            number,
            end,
            facts.next_offset,
            extra={"service": service.name, "partition": number, "offset": facts.next_offset},
        )
        gone = [slot_key(slot) for slot in fold.all_slots()] + restored.ids + restored.stale
        anew = PartitionFold(service, rules, number, redaction)
        part = OwnedPartition(number, anew, generation + 1, sinks)
        part.bury(gone)
        return part
    part = OwnedPartition(number, fold, generation, sinks)
    part.adopt_ids(restored)
    beaten = store.beaten.pop(number, {})
    part.mark([slot for slot in fold.all_slots() if slot_key(slot) in beaten])
    part.bury([key for key in beaten if store.row(number, key) is None])
    return part
