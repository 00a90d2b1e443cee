"""Whether files are still what they were when they were last looked at."""

import asyncio
from pathlib import Path

Version = tuple[int, int, int]
"""Changes when a file is written or replaced, or a link that leads to it is set to another one."""


class WatchedFiles:
    """Files that are read now, and again when one of them is another."""

    def __init__(self, *files: Path) -> None:
        self._files = files
        self._versions = versions(*files)

    async def change(self, every_s: float) -> None:
        """Come back when one is another than at the last time; they are looked at this often."""
        while (now := versions(*self._files)) == self._versions:  # noqa: ASYNC110 - a file tells nobody
            await asyncio.sleep(every_s)
        self._versions = now


def versions(*files: Path) -> tuple[Version | None, ...]:
    """Of each file, None of one that is not there. Taken before they are read, no change is missed."""
    return tuple(_version(file) for file in files)


def _version(file: Path) -> Version | None:
    try:
        about = file.stat()
    except OSError:
        return None
    # The kernel's clock stands still for some ms, in which a file that is being written grows.
    return about.st_mtime_ns, about.st_ino, about.st_size
