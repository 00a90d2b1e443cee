"""Command lines of our programs, read as the programs read them."""

import tomllib
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import click

from batch.airflow import settings as airflow_settings
from citystream.secrets import VARIABLE as SECRETS_DIR
from citystream.settings import Settings
from gateway.settings import PREFIX, GatewaySettings

PROGRAMS: dict[str, str] = tomllib.loads(Path("pyproject.toml").read_text())["project"]["scripts"]
VARIABLES = {
    *(f"CITY_{name.upper()}" for name in Settings.model_fields),
    *(f"{PREFIX}{name.upper()}" for name in GatewaySettings.model_fields),
    *airflow_settings.DEFAULTS,
    SECRETS_DIR,
}
"""All that a process of ours may have in its environment."""


def parsed(words: Sequence[str]) -> click.Context:
    """A command as its own program reads it, down to the last subcommand, which is not run.

    Raises:
        click.UsageError: it would refuse it.
    """
    module, _, attribute = PROGRAMS[words[0]].partition(":")
    command: click.Command = getattr(import_module(module), attribute)
    context, rest = None, list(words[1:])
    while isinstance(command, click.Group):
        context = click.Context(command, parent=context, info_name=words[0])
        _, found, rest = command.resolve_command(context, rest)
        assert found
        command = found
    return command.make_context(words[0], rest, parent=context)
