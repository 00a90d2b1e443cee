"""The `city-gateway` command."""

import logging
import socket
import sys

import click

from citystream.commands.group import Group
from citystream.contracts.city_model import CityModelError
from citystream.logs.setup import configure_logging
from citystream.settings import Settings, SettingsError
from citystream.settings import load as load_settings
from gateway import audit, server, users
from gateway.connection import ConnectionLimits
from gateway.session import keys
from gateway.session.keys import SessionKeyError
from gateway.settings import MOST_PROCESSES, GatewaySettings
from gateway.settings import load as load_gateway_settings
from gateway.tls import TlsError, certificate_of
from gateway.users import Role, UsersError

log = logging.getLogger("gateway")


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
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
@click.option(
    "--processes",
    type=click.IntRange(1, MOST_PROCESSES),
    help="Processes that share the port; CITY_GATEWAY_PROCESSES, else 1. One a core is the most that helps.",
)
def serve(host: str | None, port: int | None, processes: int | None) -> None:
    """Answer until stopped. Refuses to start while there is no user.

    \b
    Examples:
      city-gateway serve
      city-gateway serve --host 0.0.0.0 --port 8080
      city-gateway serve --processes 4
      CITY_REDIS=rediss://cache:6380/0 CITY_MODEL=town.geojson city-gateway serve
    """
    # Half of what there is to import, and of no use to the other commands.
    from gateway import supervisor
    from gateway.app import build
    from gateway.worker import Work

    settings, own = _settings()
    given = {"host": host, "port": port, "processes": processes}
    own = own.model_copy(update={name: value for name, value in given.items() if value is not None})
    configure_logging(settings.log, "gateway")
    audit.to_stderr()
    try:
        known = users.read(own.users_file)
        if not known:
            raise click.ClickException(
                f"no user in {own.users_file}; make one with: city-gateway user add NAME --role viewer"
            )
        listener = _listen(own.host, own.port, "--host or --port")
        operations_listener = _listen(
            own.operations_host,
            own.operations_port,
            "CITY_GATEWAY_OPERATIONS_HOST or CITY_GATEWAY_OPERATIONS_PORT",
        )
        tls = certificate_of(own)
        operations_port = operations_listener.getsockname()[1]
        keys.prepare(own.session_key, own.users_file)
        # Several processes build their own: here it shows, once, that they can.
        apps = build(settings, own, operations_port)
    except (UsersError, SessionKeyError, CityModelError, TlsError) as error:
        raise click.ClickException(str(error)) from error
    limits = ConnectionLimits(server.room_for(own.connections), own.request_s, own.take_s)
    if limits.connections < own.connections:
        log.warning("%d connections at most: the system allows no more files", limits.connections)
    public = server.Port(apps.public, listener, limits, tls, own.trusted_proxies)
    operations = server.Port(apps.operations, operations_listener, limits)
    log.info("gateway on %s, %d users", public.url, len(known))
    log.info("health and metrics on %s", operations.url)
    if public.in_clear and not own.trusted_proxies:
        log.warning("passwords come in clear; set CITY_GATEWAY_TLS_CERTIFICATE, or have a proxy with TLS")
    if own.processes == 1:
        server.run(public, operations)
    else:
        work = Work(settings, own, operations_port, limits)
        supervisor.run(work, public, operations, apps.authenticator)


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
        added = users.make(name, Role(role), password, known[name].id if name in known else None)
        users.write(own.users_file, known | {name: added})
        if own.session_key is None:
            keys.make(keys.file_beside(own.users_file))
    except (UsersError, SessionKeyError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{'changed' if name in known else 'added'} {name} ({role}) in {own.users_file}", err=True)
    if not password_stdin:
        click.echo("password, shown only now:", err=True)
        click.echo(password)


@user.command("list")
def user_list() -> None:
    """Print each user's id, role and name.

    \b
    Examples:
      city-gateway user list
    """
    for one in sorted(_users().values(), key=lambda one: one.name):
        click.echo(f"{one.id}  {one.role:8}  {one.name}")


@user.command("remove")
@click.argument("name")
def user_remove(name: str) -> None:
    """Remove a user; a running gateway lets them in no more within a second, and ends their WebSockets.

    \b
    Examples:
      city-gateway user remove ada
    """
    _, own = _settings()
    known = _users()
    if name not in known:
        raise click.ClickException(f"no user {name!r} in {own.users_file}; see: city-gateway user list")
    try:
        users.write(own.users_file, {other: one for other, one in known.items() if other != name})
    except UsersError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"removed {name} from {own.users_file}", err=True)


@main.group("session-key")
def session_key() -> None:
    """What browsers' sessions are signed with."""


@session_key.command("rotate")
@click.option("--end-all", is_flag=True, help="Believe in no session of before: all browsers sign in again.")
def session_key_rotate(end_all: bool) -> None:
    """Sign new sessions with a new key; those of before go on until they expire.

    The key lies beside the users file, where several gateways may share it. A running gateway takes the
    change within a second. After two rotations within 12 hours, sessions from before the first are over.

    \b
    Examples:
      city-gateway session-key rotate
      city-gateway session-key rotate --end-all
    """
    _, own = _settings()
    if own.session_key is not None:
        raise click.ClickException("the key is in CITY_GATEWAY_SESSION_KEY; change it there, and restart")
    file = keys.file_beside(own.users_file)
    try:
        keys.rotate(file, end_all=end_all)
    except SessionKeyError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"a new key signs, in {file}", err=True)


def _users() -> users.Users:
    _, own = _settings()
    try:
        return users.read(own.users_file)
    except UsersError as error:
        raise click.ClickException(str(error)) from error


def _settings() -> tuple[Settings, GatewaySettings]:
    try:
        return load_settings(), load_gateway_settings()
    except SettingsError as error:
        raise click.ClickException(str(error)) from error


def _listen(host: str, port: int, settings: str) -> socket.socket:
    try:
        return server.listen(host, port)
    except server.ListenError as error:
        raise click.ClickException(f"{error}; choose another with {settings}") from error


if __name__ == "__main__":
    main()
