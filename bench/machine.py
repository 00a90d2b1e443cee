"""The machine that figures belong to."""

import os
import platform
from pathlib import Path
from typing import TypedDict

GIB = 1 << 30


class Machine(TypedDict):
    """What a reader needs to compare figures."""

    cpu: str
    cores: int
    """That this process may use."""
    memory_gib: float
    system: str
    python: str


def machine() -> Machine:
    """The machine that this runs on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Machine(
        cpu=_cpu(),
        cores=len(os.sched_getaffinity(0)),
        memory_gib=round(memory / GIB, 1),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
    )


def _cpu() -> str:
    """The processor's name as Linux has it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()
