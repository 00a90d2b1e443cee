"""The `city-gateway` command."""

import logging
import os
import signal
import socket
import sys

import click
import uvicorn

from citystream.contracts.city_model import CityModelError
from citystream.settings import Settings, SettingsError
from citystream.settings import load as load_settings
from gateway import users
from gateway.app import SECURITY_HEADERS, build
from gateway.settings import GatewaySettings
from gateway.settings import load as load_gateway_settings
from gateway.users import Role, UsersError

log = logging.getLogger("gateway")

# Subscriptions are the only thing a client sends; the longest is far shorter.
LONGEST_CLIENT_MESSAGE = 16_384
BACKLOG = 2_048


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="citystream")
def main() -> None:
    """The city's front door: REST and WebSocket over live data.

    Settings come from CITY_* and CITY_GATEWAY_* variables (docs/gateway.md).
    """


@main.command()
@click.option("--host", help="Address to listen on; CITY_GATEWAY_HOST, else 127.0.0.1.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Port to listen on; CITY_GATEWAY_PORT, else 8000; 0 takes a free one.",
)
def serve(host: str | None, port: int | None) -> None:
    """Answer until stopped. Refuses to start while there is no user.

    \b
    Examples:
      city-gateway serve
      city-gateway serve --host 0.0.0.0 --port 8080
      CITY_REDIS=rediss://cache:6380/0 CITY_MODEL=town.geojson city-gateway serve
    """
    settings, own = _settings()
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    own = own.model_copy(update=given)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        known = users.read(own.users_file)
        if not known:
            raise click.ClickException(
                f"no user in {own.users_file}; make one with: city-gateway user add NAME --role viewer"
            )
        listener = _listen(own)
        app = build(settings, own, listener.getsockname()[1])
    except (UsersError, CityModelError) as error:
        raise click.ClickException(str(error)) from error
    address = f"[{own.host}]" if ":" in own.host else own.host
    log.info("gateway on http://%s:%d, %d users", address, listener.getsockname()[1], len(known))
    _run(
        uvicorn.Config(
            app,
            loop="uvloop" if sys.platform != "win32" else "asyncio",
            http="httptools",
            ws="websockets-sansio",
            ws_max_size=LONGEST_CLIENT_MESSAGE,
            # A compressor per client would cost more than everything else that a delta needs.
            ws_per_message_deflate=False,
            log_config=None,
            # Both would log who asked for what.
            log_level=logging.WARNING,
            access_log=False,
            server_header=False,
            # Nothing asks for a client's address, so nobody need say it.
            proxy_headers=False,
            headers=SECURITY_HEADERS,
            backlog=BACKLOG,
            timeout_graceful_shutdown=5,
        ),
        listener,
    )


@main.group()
def user() -> None:
    """Who may ask."""


@user.command("add")
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    required=True,
    help="viewer: all data; operator: also where processes run; admin: everything.",
)
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")
def user_add(name: str, role: str, password_stdin: bool) -> None:
    """Add a user, or give one a new role and password.

    Without --password-stdin a password is made and printed, this once. A running gateway takes the change
    within a second.

    \b
    Examples:
      city-gateway user add ada --role viewer
      pass show city/ada | city-gateway user add ada --role operator --password-stdin
    """
    _, own = _settings()
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else users.generate_password()
    try:
        known = users.read(own.users_file)
        added = users.make(name, Role(role), password)
        users.write(own.users_file, known | {name: added})
    except UsersError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{'changed' if name in known else 'added'} {name} ({role}) in {own.users_file}", err=True)
    if not password_stdin:
        click.echo("password, shown only now:", err=True)
        click.echo(password)


def _settings() -> tuple[Settings, GatewaySettings]:
    try:
        return load_settings(), load_gateway_settings()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


def _listen(own: GatewaySettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in own.host else socket.AF_INET
    try:
        return socket.create_server((own.host, own.port), family=family, backlog=BACKLOG)
    except OSError as error:
        # A number below 0 is of a name that could not be resolved.
        number = error.errno or 0
        reason = os.strerror(number) if number > 0 else error.strerror
        raise click.ClickException(
            f"{own.host}:{own.port}: {reason}; choose another with --host or --port"
        ) from error


def _run(config: uvicorn.Config, listener: socket.socket) -> None:
    # Uvicorn ends in order at these signals, then raises them again: the handlers make that an exit with 0.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit(0))
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
