"""`city-<type> check | send | show`: trying a service by hand."""

import asyncio
import sys
from typing import Any

import click
import msgspec
from aiokafka.errors import KafkaError
from redis.exceptions import RedisError

from citystream.commands.settings import load_settings
from citystream.contracts.stored import StoredError
from citystream.service import Service
from citystream.trial.conformance import violations
from citystream.trial.send import NoTopicError, send
from citystream.trial.shown import newest


def trial_commands(service: Service[Any]) -> list[click.Command]:
    """The commands of one service."""
    name = f"city-{service.name}"

    @click.command(epilog=f"Example: {name} check --seed 7")
    @click.option(
        "--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the random events."
    )
    def check(seed: int) -> None:
        """Check the service's model and views against what the kit relies on. Exit 1 if a rule is broken.

        Random events are folded, in one piece and in parts; no server is needed.
        """
        broken = violations(service, seed)
        for line in broken:
            click.echo(line)
        click.echo(f"{len(broken)} broken" if broken else "all rules kept")
        sys.exit(1 if broken else 0)

    @click.command("send", epilog=f"Example: {name} send events.jsonl")
    @click.argument("file", type=click.File("rb"))
    def send_command(file: Any) -> None:
        """Send events to the topic, one a line, as they are; '-' reads standard input to its end."""
        settings = load_settings()
        try:
            sent = asyncio.run(send(settings, service, file))
        except NoTopicError as error:
            raise click.ClickException(str(error)) from error
        except (KafkaError, OSError) as error:
            reason = str(error) or type(error).__name__
            raise click.ClickException(
                f"Kafka at {settings.kafka}: {reason}\nIs it running, and is CITY_KAFKA right?"
            ) from error
        click.echo(f"{sent} sent")

    @click.command(epilog=f"Example: {name} show KEY")
    @click.argument("key")
    def show(key: str) -> None:
        """Print what Redis holds of a key: the newest of each view, as JSON. Exit 1 if there is nothing."""
        settings = load_settings()
        try:
            found = asyncio.run(newest(service, settings, key))
        except (RedisError, OSError) as error:
            raise click.ClickException(f"Redis does not answer: {error}\nIs CITY_REDIS right?") from error
        except StoredError as error:
            raise click.ClickException(f"what Redis holds of {key!r} can't be read: {error}") from error
        if not found:
            raise click.ClickException(f"Redis holds nothing of {key!r} in namespace {settings.namespace}")
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))

    return [check, send_command, show]
