"""The gateway's user of the demo, with a password made at the first start and kept."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from gateway import users

USERNAME = "city"


@dataclass(frozen=True)
class Credentials:
    """A user of the gateway."""

    username: str
    password: str = field(repr=False)


def load_or_create(file: Path) -> Credentials:
    """The user in the file, which only its owner may read; made if there is none."""
    try:
        kept = json.loads(file.read_text())
        return Credentials(kept["username"], kept["password"])
    except FileNotFoundError:
        made = Credentials(USERNAME, users.generate_password())
    file.parent.mkdir(parents=True, exist_ok=True)
    # Created private: a chmod afterwards would leave a moment to read it.
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump({"username": made.username, "password": made.password}, out)
    return made


def write_users_file(file: Path, credentials: Credentials) -> None:
    """The gateway's users file, with this user in it as admin: it is their own machine."""
    user = users.make(credentials.username, users.Role.ADMIN, credentials.password)
    users.write(file, {user.name: user})
