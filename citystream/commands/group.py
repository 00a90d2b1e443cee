"""A command and its subcommands, as all of ours are."""

import logging
from typing import Any

import click

from citystream.logs import level, setup

log = logging.getLogger(__name__)


class Group(click.Group):
    """Errors are lines of JSON where the log is; a SIGUSR1 that comes during a start is passed over."""

    def main(self, *arguments: Any, **named: Any) -> Any:
        level.ignore_signal()
        return super().main(*arguments, **named)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            if not setup.is_json():
                raise
            log.error("%s", error.format_message())
            ctx.exit(error.exit_code)
