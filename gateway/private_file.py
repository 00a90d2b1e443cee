"""Files that only their owner reads: they are whole at any time, or not there."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def replace(path: Path, data: bytes) -> None:
    """Write it, in the place of one that may be there.

    Raises:
        OSError: it can't be written.
    """
    with _beside(path, data) as written:
        os.replace(written, path)


def create(path: Path, data: bytes) -> bool:
    """Write it if there is none; whether it was this call that did.

    Raises:
        OSError: it can't be written.
    """
    with _beside(path, data) as written:
        try:
            # Of several that begin at once one wins, and none sees a part.
            os.link(written, path)
        except FileExistsError:
            return False
        return True


@contextmanager
def _beside(path: Path, data: bytes) -> Iterator[str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp makes the file with mode 0600.
    handle, written = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        yield written
    finally:
        with suppress(FileNotFoundError):
            os.unlink(written)
