"""Whether a file is another than it was."""

from pathlib import Path

Version = tuple[int, int]


def version_of(path: Path) -> Version | None:
    """Another one after each change, links followed; None if there is no file."""
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_ino
