"""Settings from files, as Docker and Kubernetes hand over secrets."""

import os
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings, SecretsSettingsSource

VARIABLE = "CITY_SECRETS_DIR"


class FileSettings(BaseSettings):
    """Settings from the environment, and those that it lacks from files."""

    @classmethod
    def settings_customise_sources(cls, settings_cls: type[BaseSettings], *_: Any, **sources: Any) -> Any:
        """Sources in their order."""
        files = SecretsSettingsSource(settings_cls, secrets_dir())
        return sources["init_settings"], sources["env_settings"], files


def secrets_dir() -> Path | None:
    """Folder of files, each named as the variable whose value it holds, in capitals or not; None if unset.

    Raises:
        ValueError: there is no such folder, or a file in it can't be read.
    """
    given = os.environ.get(VARIABLE)
    if not given:
        return None
    folder = Path(given)
    try:
        for file in folder.iterdir():
            if file.is_file() and not os.access(file, os.R_OK):
                raise ValueError(f"{VARIABLE}: {file} can't be read by user {os.getuid()}")
    except OSError as error:
        raise ValueError(f"{VARIABLE}: {folder} can't be read: {error.strerror}") from error
    return folder
