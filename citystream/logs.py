"""Log lines of our commands: to stderr, and what libraries repeat is thinned."""

import logging
import sys
import time

# One line of a kind in so many seconds: aiokafka writes thousands while a broker is away.
REPEAT_S = 10.0


class RepeatFilter(logging.Filter):
    """Lets one line of a kind through in `REPEAT_S`."""

    def __init__(self) -> None:
        super().__init__()
        self._passed: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        # Libraries repeat a template with other figures; our own lines repeat only as a whole.
        ours = record.name.startswith("citystream")
        kind = (record.name, record.getMessage() if ours else str(record.msg))
        now = time.monotonic()
        if now - self._passed.get(kind, -REPEAT_S) < REPEAT_S:
            return False
        self._passed[kind] = now
        return True


def configure_logging() -> None:
    """Lines to stderr; what libraries repeat is thinned."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(RepeatFilter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("citystream").setLevel(logging.INFO)
    # Mode logs a table's life under the name of its class's module, which is ours.
    logging.getLogger("citystream.state.table").setLevel(logging.WARNING)
