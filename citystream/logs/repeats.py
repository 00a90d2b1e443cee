"""What is repeated is thinned: aiokafka writes thousands of lines while a broker is away."""

import logging

from citystream.logs import level
from citystream.logs.about import UNTOLD
from citystream.logs.ours import is_ours
from citystream.logs.thinning import Thinning


class RepeatFilter(logging.Filter):
    """Lets one line of a kind through in a while, and the next one say how many it kept back."""

    def __init__(self) -> None:
        super().__init__()
        self._thinning = Thinning()

    def filter(self, record: logging.LogRecord) -> bool:
        # Who asks for these wants all of them, and each switch told.
        if record.levelno < logging.INFO or record.name == level.log.name:
            return True
        # Libraries repeat a template with other figures; our own lines repeat only as a whole.
        kind = record.getMessage() if is_ours(record.name) else str(record.msg)
        error = record.exc_info[0] if record.exc_info else None
        untold = self._thinning.untold((record.name, kind, error))
        if untold:
            setattr(record, UNTOLD, untold)
        return untold is not None
