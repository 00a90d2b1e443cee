"""`city-<type> resume`: lets partitions go on that the dead-letter limit paused."""

import asyncio

import click
from aiokafka.errors import KafkaError

from citystream.contracts.topics import control
from citystream.pauses import resume
from citystream.settings import SettingsError, load


def resume_command(service: str) -> click.Command:
    """The command of one service."""

    @click.command(
        "resume", epilog=f"Example: city-{service} resume --partition 3", short_help="Go on after a pause."
    )
    @click.option(
        "--partition", type=click.IntRange(0), help="Only this partition; without it all that are paused."
    )
    def command(partition: int | None) -> None:
        """Go on with partitions that were paused because most of their records were refused.

        What is refused goes on to the dead letters, until the stream has recovered; then the limit holds
        again. Exit 1 if the partition named is not paused.
        """
        try:
            settings = load()
        except SettingsError as error:
            raise click.UsageError(str(error)) from error
        try:
            paused = asyncio.run(resume(settings, service, partition))
        except (KafkaError, OSError) as error:
            reason = str(error) or type(error).__name__
            raise click.ClickException(
                f"nothing is resumed: Kafka at {settings.kafka} does not answer, or lacks the topic "
                f"{control(settings.namespace, service)}: {reason}"
            ) from error
        if partition is not None and not paused:
            raise click.ClickException(f"partition {partition} is not paused")
        for number, notice in sorted(paused.items()):
            click.echo(f"partition {number}: goes on at offset {notice.offset}; {notice}")
        if not paused:
            click.echo("no partition is paused")

    return command
