"""What an interrupted replay goes on from: a file of its own below `data_dir/replays/`.

The file's folder is named after the arguments, so the same command finds it and another begins its own.
It is replaced as a whole, after what it speaks of was published; a kill at any time leaves a good one.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import msgspec

from citystream.replay.part import SavedPart
from citystream.replay.ranges import ReplayError

FILE = "state"
LOCK = "lock"
ID_DIGITS = 12


class SavedReplay(msgspec.Struct):
    """All partitions, and the settings they were folded by."""

    settings: dict[str, str]
    parts: list[SavedPart]
    written: int


class StateFile:
    """One replay's file, held by this process until closed."""

    def __init__(self, folder: Path, service: str, arguments: Mapping[str, str]) -> None:
        """Raises `ReplayError` when another process is at the same replay."""
        text = msgspec.json.encode({"service": service, **arguments}, order="sorted")
        self.id = f"{service}-{hashlib.sha256(text).hexdigest()[:ID_DIGITS]}"
        self._folder = folder / "replays" / self.id
        self._lock: IO[bytes] = self._locked()

    def _locked(self) -> IO[bytes]:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = (self._folder / LOCK).open("ab")
        except OSError as error:
            raise ReplayError(
                f"{self._folder}: {error.strerror}; CITY_DATA_DIR must be a folder to write in"
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.close()
            raise ReplayError(f"replay {self.id} is under way in another process ({self._folder})") from error
        return lock

    def load(self, settings: Mapping[str, str]) -> SavedReplay | None:
        """Where the same replay was interrupted; None where it was not.

        Raises:
            ReplayError: it was folded by other settings, or the file can't be read.
        """
        try:
            saved = msgspec.msgpack.decode((self._folder / FILE).read_bytes(), type=SavedReplay)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError) as error:
            raise ReplayError(
                f"{self._folder / FILE} can't be read ({error}); begin anew with --restart"
            ) from error
        changed = [
            f"{name} was {saved.settings.get(name, 'unset')}, is {value}"
            for name, value in settings.items()
            if saved.settings.get(name) != value
        ]
        if changed:
            raise ReplayError(
                f"replay {self.id} was interrupted, and would end by other rules than it began with: "
                f"{'; '.join(changed)}. Set them back, or begin anew with --restart"
            )
        return saved

    def save(self, state: SavedReplay) -> None:
        """Replace what was saved before; raises `ReplayError` where the disk does not take it."""
        draft = self._folder / f"{FILE}.new"
        try:
            with draft.open("wb") as file:
                file.write(msgspec.msgpack.encode(state))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._folder / FILE)
        except OSError as error:
            raise ReplayError(f"{draft}: {error.strerror}; CITY_DATA_DIR needs room to write in") from error

    def others(self) -> list[str]:
        """Replays of the same service that were interrupted too."""
        service = self.id.rpartition("-")[0]
        return sorted(
            file.parent.name
            for file in self._folder.parent.glob(f"{service}-{'?' * ID_DIGITS}/{FILE}")
            if file.parent.name != self.id
        )

    def remove(self) -> None:
        """The replay is done, or begins anew."""
        (self._folder / FILE).unlink(missing_ok=True)

    def close(self) -> None:
        """Let another process have it; what was not interrupted leaves nothing behind."""
        if not (self._folder / FILE).exists():
            shutil.rmtree(self._folder, ignore_errors=True)
        self._lock.close()
