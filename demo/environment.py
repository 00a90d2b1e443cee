"""Settings as the `CITY_*` environment of a process that shall have them."""

import shlex
from pathlib import Path

from pydantic import SecretStr

from citystream.settings import Settings
from gateway import private_file


def city_environment(settings: Settings) -> dict[str, str]:
    """`CITY_*` variables from which a process loads these very settings."""
    named = ((f"CITY_{field.upper()}", getattr(settings, field)) for field in Settings.model_fields)
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in named
        if value is not None
    }


def write_environment(file: Path, settings: Settings) -> None:
    """The same as a file for a shell to read, such as that of somebody who runs a command beside the city.

    Only its owner may read it: servers' passwords may be in it.
    """
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in city_environment(settings).items()]
    private_file.replace(file, "".join(lines).encode())
