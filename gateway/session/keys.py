"""What session tokens are signed with: one secret for all processes of a city's gateway."""

import logging
import secrets
import string
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from pydantic import SecretStr

from gateway import private_file
from gateway.file_version import WatchedFiles

log = logging.getLogger(__name__)

CHECK_S = 0.5

SHORTEST = 32
_CHARACTERS = frozenset(string.ascii_letters + string.digits + "+/=_-.")

Keys = tuple[str, ...]
"""Oldest first: the last one signs, each is believed. Without any there are no sessions."""


class SessionKeyError(ValueError):
    """A key can't be read, made or used; the message says why and what to do."""


def file_beside(users_file: Path) -> Path:
    """Where the key lies."""
    return users_file.with_name("gateway-session.key")


def read(file: Path) -> Keys:
    """The keys in a file, a line each; none if there is no file.

    Raises:
        SessionKeyError: it can't be read, or holds no key.
    """
    try:
        lines = file.read_text().split()
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise SessionKeyError(f"{file}: {error}") from error
    try:
        return tuple(checked(line) for line in lines or [""])
    except ValueError as error:
        raise SessionKeyError(
            f"{file}: {error}; make a new one with: city-gateway session-key rotate --end-all"
        ) from error


def checked(key: str) -> str:
    """The key, if it can be one.

    Raises:
        ValueError: it is too short, or not of the letters that a line or a variable keeps as they are.
    """
    if len(key) < SHORTEST or not _CHARACTERS.issuperset(key):
        raise ValueError(f"a session key has {SHORTEST} or more letters, digits and + / = _ - .")
    return key


def make(file: Path) -> None:
    """Make one, unless there is one.

    Raises:
        SessionKeyError: it can't be written.
    """
    if file.exists():
        return
    try:
        private_file.create(file, _lines((_new(),)))
    except OSError as error:
        raise SessionKeyError(f"{file}: {error.strerror}") from error


def rotate(file: Path, *, end_all: bool) -> None:
    """Sign with a new one; what the one before signed is still believed unless all shall end.

    Raises:
        SessionKeyError: the file can't be read or written.
    """
    before = () if end_all else read(file)[-1:]
    try:
        private_file.replace(file, _lines((*before, _new())))
    except OSError as error:
        raise SessionKeyError(f"{file}: {error.strerror}") from error


def of(setting: SecretStr | None, users_file: Path) -> Keys:
    """Those that a gateway begins with: the setting's, else the file's.

    Raises:
        SessionKeyError: the file can't be read.
    """
    return read(file_beside(users_file)) if setting is None else (setting.get_secret_value(),)


def prepare(setting: SecretStr | None, users_file: Path) -> None:
    """At a start: where neither the setting nor the file has one, make one; say so where none can be kept."""
    if setting is not None:
        return
    file = file_beside(users_file)
    try:
        make(file)
    except SessionKeyError as error:
        log.warning("no session key can be made: %s", error)
    if not file.exists():
        log.warning("browsers can't sign in: no session key in %s", file)


async def watch(file: Path, use: Callable[[Keys], None]) -> NoReturn:
    """Use what the file has, now and as it changes, until cancelled."""
    watched = WatchedFiles(file)
    while True:
        try:
            use(read(file))
        except SessionKeyError as error:
            log.error("the session key stays as it was: %s", error)
        await watched.change(CHECK_S)


def _new() -> str:
    return secrets.token_urlsafe(SHORTEST)


def _lines(keys: Keys) -> bytes:
    return "".join(f"{key}\n" for key in keys).encode()
