"""What the operating system tells of this process."""

import os
import time
from pathlib import Path

_STATM = Path("/proc/self/statm")


def resident_bytes() -> int | None:
    """Memory that it has; None where the system has no `/proc`."""
    try:
        return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return None


def cpu_seconds() -> float:
    """Processor time that it has used, of all threads."""
    return time.process_time()
