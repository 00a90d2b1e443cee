"""`python -m bench.gateway`: requests a second beside a bare Starlette app, an outage, and WebSockets."""

import asyncio
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from bench.gateway.contest import Contest, Found, Rest, Size, percentile_ms
from bench.gateway.cores import share_out
from bench.gateway.sockets import SocketError
from bench.gateway.users import AnswerError
from bench.report import print_result
from bench.servers import S3_KEYS, SINKS_NOWHERE
from citystream.contracts import city_model
from citystream.settings import Settings
from demo.servers.server import ServerError
from demo.servers.valkey import Valkey
from gateway.subscription import FASTEST_MS, SLOWEST_MS
from simulator import city

# Of a core. Beyond it the clients were as much the bottleneck as the server.
CLIENTS_BUSY = 0.95
QUICK = Size(rounds=3, seconds=3.0, clients=1_000)


def measure(folder: Path, size: Size) -> Found:
    """Start Redis, and hold the contest.

    Raises:
        ServerError, AnswerError, SocketError: a part did not do as it should.
    """
    model = folder / "city.geojson"
    model.write_bytes(city_model.dump(city.generate(roads=size.roads)))
    redis = Valkey(folder / "valkey")
    redis.start()
    wired: dict[str, Any] = {**SINKS_NOWHERE, **S3_KEYS, "redis": redis.address, "model": model}
    settings = Settings(**wired)
    try:
        return asyncio.run(Contest(settings, redis, folder, share_out(), size).hold())
    finally:
        redis.kill()


def result(found: Found, size: Size) -> dict[str, Any]:
    """What `--json` prints."""
    sockets = found.sockets
    rests = _servers(found).values()
    visits = [visit for rest in rests for visit in rest.visits] + [*found.paced.values(), found.outage]
    return {
        "requests_per_s": {
            "gateway": round(found.gateway.per_s, 1),
            "bare_starlette": round(found.bare.per_s, 1),
            **{
                f"{server}_{name}": round(rest.per_s, 1)
                for name, pair in found.sizes.items()
                for server, rest in zip(("gateway", "bare"), pair, strict=True)
            },
        },
        "p99_ms_paced": {name: round(percentile_ms([one], 99), 1) for name, one in found.paced.items()},
        "p99_ms": round(found.gateway.p99_ms, 1),
        "p99_ms_redis_down": round(found.outage_p99_ms, 1),
        "errors_5xx": sum(one.errors_5xx for one in visits),
        "websocket": {
            "clients": size.clients,
            "p99_ms": round(sockets.since_tick.percentile(99), 1),
            "kb_per_client": round(sockets.kb_per_client, 1),
            "p50_ms": round(sockets.since_tick.percentile(50), 1),
            "p99_age_ms": round(sockets.latencies.percentile(99), 1),
            "rate_ms": size.rate_ms,
            "messages_per_s": round(sockets.watched.messages / sockets.seconds),
            "megabytes_per_s": round(sockets.watched.message_bytes / sockets.seconds / 1e6, 1),
            "lost": sockets.watched.lost,
            "unseen": sockets.latencies.unseen,
            "clients_cores": round(sockets.watched.cpu_s / sockets.seconds, 2),
        },
        "of_bare": {
            "mixed": round(found.gateway.per_s / found.bare.per_s, 3),
            **{name: round(own.per_s / bare.per_s, 3) for name, (own, bare) in found.sizes.items()},
        },
        "rounds": {name: _rounds(rest) for name, rest in _servers(found).items()},
        "users": size.users,
        "vehicles": size.vehicles,
        "roads": size.roads,
        "events_per_s": size.rate,
    }


def _servers(found: Found) -> dict[str, Rest]:
    servers = {"gateway": found.gateway, "bare_starlette": found.bare}
    for name, (own, bare) in found.sizes.items():
        servers |= {f"gateway_{name}": own, f"bare_{name}": bare}
    return servers


def _rounds(rest: Rest) -> dict[str, Any]:
    return {
        "requests_per_s": [round(one.per_s) for one in rest.visits],
        "p99_ms": round(rest.p99_ms, 1),
        "server_cores": round(rest.server_cores, 2),
        "clients_cores": round(rest.clients_cores, 2),
    }


def _table(found: Found, size: Size) -> Table:
    table = Table(title=f"{size.users} users, {size.vehicles:,} vehicles, {size.roads} roads")
    for column in ("", "per s", "p99, ms", "server, cores", "clients, cores"):
        table.add_column(column, justify="right" if column else "left")
    for name, rest in _servers(found).items():
        cores = f"{rest.server_cores:.2f}", f"{rest.clients_cores:.2f}"
        table.add_row(f"requests, {name}", f"{rest.per_s:,.0f}", f"{rest.p99_ms:,.1f}", *cores)
    for name, one in found.paced.items():
        p99_ms = f"{percentile_ms([one], 99):,.1f}"
        table.add_row(
            f"{name} answers, paced", f"{one.per_s:,.0f}", p99_ms, "", f"{one.cpu_s / one.seconds:.2f}"
        )
    table.add_row(
        "requests, Redis killed",
        f"{found.outage.per_s:,.0f}",
        f"{found.outage_p99_ms:,.1f}",
        "",
        f"{found.outage.cpu_s / found.outage.seconds:.2f}",
    )
    sockets = found.sockets
    table.add_row(
        f"messages, {size.clients:,} WebSockets at {_rate(size)}, {sockets.kb_per_client:.0f} kB each",
        f"{sockets.watched.messages / sockets.seconds:,.0f}",
        f"{sockets.since_tick.percentile(99):,.1f}",
        "",
        f"{sockets.watched.cpu_s / sockets.seconds:.2f}",
    )
    return table


def _rate(size: Size) -> str:
    return "their own rates" if size.rate_ms is None else f"{size.rate_ms} ms"


def complaints(found: Found) -> list[str]:
    """Why figures can't be taken for what they are called."""
    said = []
    for name, rest in _servers(found).items():
        if rest.clients_cores > CLIENTS_BUSY:
            said.append(f"{name}: the clients took {rest.clients_cores:.2f} cores; the server could do more")
        statuses = {status for one in rest.visits for status in one.statuses if status != 200}
        if statuses:
            said.append(f"{name}: answers with status {', '.join(map(str, sorted(statuses)))}")
    if found.outage.errors_5xx:
        said.append(f"Redis killed: {found.outage.errors_5xx} answers of 5xx")
    sockets = found.sockets
    if sockets.watched.lost or sockets.latencies.unseen:
        said.append(
            f"WebSocket: {sockets.watched.lost} clients lost, {sockets.latencies.unseen} positions not seen: "
            "they stand with their age at the end"
        )
    return said


@click.command(epilog="Example: python -m bench.gateway --quick --json")
@click.option("--users", type=click.IntRange(1), default=Size.users, show_default=True)
@click.option(
    "--rounds", type=click.IntRange(1), default=Size.rounds, show_default=True, help="The median counts."
)
@click.option(
    "--seconds",
    type=click.FloatRange(0.5),
    default=Size.seconds,
    show_default=True,
    help="Of a round of each server, and of the outage; the WebSocket is watched twice as long.",
)
@click.option("--vehicles", type=click.IntRange(10), default=Size.vehicles, show_default=True)
@click.option("--roads", type=click.IntRange(city.FEWEST_ROADS), default=Size.roads, show_default=True)
@click.option(
    "--rate",
    type=click.FloatRange(10),
    default=Size.rate,
    show_default=True,
    help="Events per second that change the city.",
)
@click.option(
    "--clients", type=click.IntRange(1), default=Size.clients, show_default=True, help="WebSockets."
)
@click.option(
    "--rate-ms",
    type=click.IntRange(FASTEST_MS, SLOWEST_MS),
    help="What they subscribe with; if not given, each topic's own rate.",
)
@click.option("--quick", is_flag=True, help="Fewer and shorter rounds: under three minutes.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object as the last line.")
def main(
    users: int,
    rounds: int,
    seconds: float,
    vehicles: int,
    roads: int,
    rate: float,
    clients: int,
    rate_ms: int | None,
    quick: bool,
    as_json: bool,
) -> None:
    """Measure the gateway beside a bare Starlette app that returns the same bytes.

    Users ask over keep-alive connections, one request after the other each; the servers have one core and
    take turns. Then Redis is killed under load, and WebSocket clients watch the whole city. Exit code 1 if
    figures can't be taken for what they are called, or an answer was an error.
    """
    size = Size(
        vehicles=vehicles,
        roads=roads,
        rate=rate,
        users=users,
        rounds=rounds,
        seconds=seconds,
        clients=clients,
        rate_ms=rate_ms,
    )
    if quick:
        size = replace(size, rounds=min(rounds, QUICK.rounds), seconds=QUICK.seconds, clients=QUICK.clients)
    try:
        with tempfile.TemporaryDirectory(prefix="bench-gateway-") as folder:
            found = measure(Path(folder), size)
    except (ServerError, AnswerError, SocketError) as error:
        raise click.ClickException(str(error)) from error
    print_result(result(found, size), _table(found, size), as_json=as_json)
    said = complaints(found)
    for complaint in said:
        click.echo(complaint, err=True)
    sys.exit(1 if said else 0)


if __name__ == "__main__":
    main()
