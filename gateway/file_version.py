"""Whether files are still what they were when they were last looked at."""

from pathlib import Path

Version = tuple[int, int, int]
"""Changes when a file is written or replaced, or a link that leads to it is set to another one."""


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
