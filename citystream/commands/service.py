"""The command line that every service has: `city-<type> worker | replay | schema | validate | …`."""

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from citystream.commands.dlq import dead_letter_commands
from citystream.commands.group import Group
from citystream.commands.replay import replay_command
from citystream.commands.resume import resume_command
from citystream.commands.settings import load_settings
from citystream.commands.trial import trial_commands
from citystream.contracts import schemas
from citystream.service import Service
from citystream.settings import Settings, SettingsError
from citystream.trial.validate import validate_command

if TYPE_CHECKING:
    from citystream.worker import MakeRole


def command_line(
    service: Service[Any],
    prepare: Callable[[Settings], Service[Any]] | None = None,
    others: "Mapping[str, tuple[str, MakeRole]] | None" = None,
) -> click.Group:
    """The service's command.

    Args:
        prepare: completes the description from settings (a hash key, the city model), when a worker
            or a replay starts.
        others: further roles of a worker, each with what it does.
    """
    name = f"city-{service.name}"
    others = others or {}
    told = "".join(f" {role} {does}." for role, (does, _) in others.items())

    def prepared() -> tuple[Service[Any], Settings]:
        settings = load_settings()
        return (prepare(settings) if prepare else service), settings

    @click.group(cls=Group, help=f"The {service.name} service. Settings come from CITY_* in the environment.")
    def group() -> None: ...

    @group.command(epilog=f"Example: CITY_KAFKA=kafka:9092 {name} worker --role stream")
    @click.option(
        "--role",
        type=click.Choice(["all", "stream", "archive", *others]),
        default="all",
        show_default=True,
        help="stream folds events into windows; archive writes raw events to S3; all is both." + told,
    )
    def worker(role: str) -> None:
        """Work until stopped (Ctrl-C or SIGTERM: drains and commits)."""
        from citystream.worker import run

        described, settings = prepared()
        try:
            code = run(described, settings, role, {name: make for name, (_, make) in others.items()})
        except SettingsError as error:
            raise click.UsageError(str(error)) from error
        sys.exit(code)

    @group.command()
    def schema() -> None:
        """Print the event's JSON Schema."""
        click.echo(schemas.text(service.name, service.event), nl=False)

    group.add_command(validate_command(service.name, prepared))

    group.add_command(replay_command(service.name, prepared))
    group.add_command(dead_letter_commands(service.name, prepared))
    group.add_command(resume_command(service.name))
    for command in trial_commands(service):
        group.add_command(command)
    return group
