"""Settings of a command: what is wrong with them is wrong usage."""

import click

from citystream import settings as settings_module
from citystream.settings import Settings, SettingsError


def load_settings() -> Settings:
    """Settings, or exit code 2 with what is wrong with them."""
    try:
        return settings_module.load()
    except SettingsError as error:
        raise click.UsageError(str(error)) from error
