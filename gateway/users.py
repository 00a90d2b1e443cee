"""Who may ask: names, roles and argon2 hashes in one JSON file that only its owner reads."""

import re
import secrets
from enum import StrEnum
from pathlib import Path

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gateway import private_file

LONGEST_NAME = 64
NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._@-]{{0,{LONGEST_NAME - 1}}}")
"""A colon ends the name in Basic authentication, so no name has one."""
SHORTEST_PASSWORD = 12
# An attacker must not make us hash megabytes.
LONGEST_PASSWORD = 256

_hasher = PasswordHasher()


class UsersError(ValueError):
    """The users file, a name or a password can't be used; the message says why and what to do."""


class Role(StrEnum):
    """What a user may see; each role has all that the one before it has."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    def includes(self, needed: "Role") -> bool:
        """Whether this role may do what `needed` may."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


class User(msgspec.Struct, frozen=True):
    """One user; `hash` is argon2id in its own text form, parameters and salt included."""

    id: str
    """By chance, and kept when role or password change: who takes a name over later is another one."""
    name: str
    role: Role
    hash: str


class _File(msgspec.Struct):
    users: list[User] = []


Users = dict[str, User]


def read(path: Path) -> Users:
    """The users in a file, by name; none if there is no file.

    Raises:
        UsersError: the file can't be read.
    """
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsersError(f"{path}: {error.strerror}") from error
    try:
        found = msgspec.json.decode(text, type=_File)
    except msgspec.DecodeError as error:
        raise UsersError(
            f"{path}: not a users file ({error}); move it away and run: city-gateway user add NAME"
        ) from error
    return {user.name: user for user in found.users}


def write(path: Path, users: Users) -> None:
    """Replace the file in one step, readable by its owner only.

    Raises:
        UsersError: the file can't be written.
    """
    text = msgspec.json.format(msgspec.json.encode(_File(list(users.values()))), indent=2)
    try:
        private_file.replace(path, text + b"\n")
    except OSError as error:
        raise UsersError(f"{path}: {error.strerror}") from error


def make(name: str, role: Role, password: str, id_: str | None = None) -> User:
    """A user with a fresh hash, and a fresh id unless one is given.

    Raises:
        UsersError: the name or the password can't be used.
    """
    if not NAME.fullmatch(name):
        raise UsersError(
            f"name: {name!r} must be 1 to 64 of letters, digits, '.', '_', '@', '-', letter or digit first"
        )
    if len(password) < SHORTEST_PASSWORD:
        raise UsersError(f"password: shorter than {SHORTEST_PASSWORD} characters; take a longer one")
    if len(password) > LONGEST_PASSWORD:
        raise UsersError(f"password: longer than {LONGEST_PASSWORD} characters")
    return User(id_ or secrets.token_hex(4), name, role, _hasher.hash(password))


def generate_password() -> str:
    """A password of 128 random bits."""
    return secrets.token_urlsafe(16)


def stand_in() -> User:
    """A user nobody can be: its hash is checked where a name is unknown, so both take the same time."""
    return make("nobody", Role.VIEWER, generate_password())


def password_is_right(user: User, password: str) -> bool:
    """Verify a password; about 50 ms of CPU, outside the interpreter's lock."""
    try:
        return _hasher.verify(user.hash, password)
    except (VerificationError, InvalidHashError):
        return False
