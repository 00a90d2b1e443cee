"""`python -m bench.stream`: readings per second through the kit and through its peers."""

import asyncio
import logging
import statistics
import tempfile
from pathlib import Path

import click
from aiokafka.errors import KafkaError
from rich.table import Table

from bench.readings import Readings
from bench.report import print_result
from bench.servers import BROKER, bed
from bench.stream.contest import Contest, Results
from bench.stream.peer import PeerFailed
from bench.stream.peers import PEERS
from bench.stream.recount import WrongResult
from citystream.log.admin import TopicsError
from demo.servers.server import ServerError


def _peers(context: click.Context, parameter: click.Parameter, value: str) -> list[str]:
    names = value.split(",")
    unknown = sorted(set(names) - set(PEERS))
    if unknown:
        raise click.BadParameter(f"no peer {', '.join(unknown)}; there are {', '.join(PEERS)}")
    return [name for name in PEERS if name in names]


@click.command(epilog="Example: python -m bench.stream --runs 1 --only kit,ceiling --json")
@click.option("--runs", type=click.IntRange(1), default=5, show_default=True, help="Of each peer.")
@click.option("--events", type=click.IntRange(1_000), default=4_000_000, show_default=True)
@click.option("--roads", type=click.IntRange(1), default=1_000, show_default=True, help="Keys.")
@click.option("--partitions", type=click.IntRange(1), default=4, show_default=True)
@click.option(
    "--seconds",
    type=click.FloatRange(1),
    default=30.0,
    show_default=True,
    help="What a peer has, from its first record on; the kit always folds all.",
)
@click.option(
    "--only", callback=_peers, default=",".join(PEERS), help="Peers, comma-separated; default: all."
)
@click.option("--json", "as_json", is_flag=True, help="End with one line of JSON.")
def main(
    runs: int, events: int, roads: int, partitions: int, seconds: float, only: list[str], as_json: bool
) -> None:
    """Fold road readings into five-minute windows, with the kit and with its peers.

    Every peer decodes and validates the same readings from one topic of one Apache Kafka, and counts, sums
    and finds the least and the greatest speed of each road and window. Its windows must equal a recount of
    the readings that it committed. The rate is of those, from a peer's first record to its last commit.
    """
    # aiokafka warns of a coordinator that is yet to come.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    peers = [PEERS[name] for name in only]
    kinds = dict.fromkeys(kind for peer in peers for kind in peer.kinds)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="bench-stream-") as folder,
            bed(Path(folder), *kinds) as ready,
        ):
            settings = ready.settings.model_copy(update={"partitions": partitions})
            contest = Contest(settings, Readings(events, roads), seconds, Path(folder) / "peers")
            results = asyncio.run(contest.hold(peers, runs))
            servers = ready.names
    except (ServerError, TopicsError, KafkaError, PeerFailed, WrongResult) as error:
        raise click.ClickException(str(error)) from error
    medians = {name: statistics.median(found) for name, found in results.per_s.items()}
    result = {
        "events_per_s": {name: round(rate) for name, rate in medians.items()},
        "runs": {name: [round(rate) for rate in found] for name, found in results.per_s.items()},
        "spent_us_per_event": results.spent,
        "absent": results.absent,
        "events": events,
        "roads": roads,
        "partitions": partitions,
        "broker": BROKER,
        "servers": servers,
    }
    print_result(result, _table(medians, results), as_json=as_json)


def _table(medians: dict[str, float], results: Results) -> Table:
    table = Table(title=f"Readings per second on {BROKER}, median of the runs")
    for name in ("peer", "what it is", "counts each reading"):
        table.add_column(name)
    for name in ("events/s", "least", "most", "kit is"):
        table.add_column(name, justify="right")
    kit = medians.get("kit")
    for name, rate in medians.items():
        found = results.per_s[name]
        times = f"{kit / rate:.2f}x" if kit else ""
        peer = PEERS[name]
        table.add_row(
            name, peer.what, peer.guarantee, f"{rate:,.0f}", f"{min(found):,.0f}", f"{max(found):,.0f}", times
        )
    for name, reason in results.absent.items():
        table.add_row(name, reason, "", "absent")
    return table


if __name__ == "__main__":
    main()
