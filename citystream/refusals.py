"""Lines about refused records: where each lies in the log and what is wrong with it, never what is in it."""

import logging
import re
from collections.abc import Iterable

from citystream.fold.dead_letters import DeadLetter
from citystream.logs.about import UNTOLD
from citystream.logs.thinning import Thinning

log = logging.getLogger(__name__)

# What is quoted may have quotation marks in it: up to the last one. Where it stands in the bytes is of each
# record alone.
_OF_THE_EVENT = re.compile(
    r"""'.*'|".*"|(?<=unknown field )`.*`|(?<=value )-?\d[\d.eE+-]*| \(byte \d+\)""", re.DOTALL
)


def without_values(text: str) -> str:
    """A field or a reason without what it quotes of an event."""
    return _OF_THE_EVENT.sub("…", text)


class Refusals:
    """Those of one topic: one of a kind (field and reason) in a while, with how many were not told."""

    def __init__(self, service: str, topic: str) -> None:
        self._service = service
        self._topic = topic
        self._thinning = Thinning()

    def tell(self, partition: int, letters: Iterable[DeadLetter]) -> None:
        """Of a partition's records these were refused just now."""
        for letter in letters:
            kind = (without_values(letter.field), without_values(letter.reason))
            untold = self._thinning.untold(kind)
            if untold is not None:
                self._write(partition, letter.offset, *kind, untold)

    def _write(self, partition: int, offset: int, field: str, reason: str, untold: int) -> None:
        about = {
            "service": self._service,
            "topic": self._topic,
            "partition": partition,
            "offset": offset,
            "field": field,
            "reason": reason,
        }
        log.info(
            "%s refused a record, %s partition %d offset %d: %s: %s",
            *about.values(),
            extra=about | ({UNTOLD: untold} if untold else {}),
        )
