"""The peers by name, in the order in which they are shown."""

import sys
from collections.abc import Sequence
from functools import partial

from bench.stream import kafka_streams, kit
from bench.stream.peer import Peer, Script
from bench.stream.venvs import python_with
from bench.stream.worker import Worker
from demo.servers.process import installed
from services.traffic.aggregate import service as traffic_service

EXACTLY_ONCE = "exactly once"
AT_LEAST_ONCE = "at least once"
NONE = "none"
# What exactly_once_v2 comes with.
STREAMS_COMMIT_MS = 100


def _module(name: str, *arguments: str) -> Sequence[str]:
    return [sys.executable, "-m", f"bench.stream.{name}", *arguments]


def _module_with(environment: str, name: str, *arguments: str) -> Sequence[str]:
    """A module in an environment of its own."""
    return [python_with(environment), "-m", f"bench.stream.{name}", *arguments]


_PEERS: tuple[Peer, ...] = (
    Worker(
        "kit",
        "one worker, RocksDB table with changelog",
        EXACTLY_ONCE,
        service=kit.PLAIN,
        command=_module("kit", "plain"),
    ),
    Worker(
        "kit_percentiles",
        "and a sketch for percentiles",
        EXACTLY_ONCE,
        service=kit.SKETCHED,
        command=_module("kit", "sketched"),
    ),
    Worker(
        "kit_dedupe",
        "and duplicates dropped by event id",
        EXACTLY_ONCE,
        service=kit.PLAIN,
        command=_module("kit", "plain"),
        deduplicate=True,
    ),
    Worker(
        "kit_redis",
        "and live views in Redis",
        EXACTLY_ONCE,
        service=kit.PLAIN,
        command=_module("kit", "plain"),
        kinds=("redis",),
    ),
    Worker(
        "kit_all_sinks",
        "city-traffic, stream and archive role, all sinks",
        EXACTLY_ONCE,
        service=traffic_service(None),
        command=[installed("city-traffic")],
        roles=("stream", "archive"),
        kinds=("redis", "s3", "elasticsearch"),
        deduplicate=True,
    ),
    Script(
        "faust",
        "stock Faust, event by event, RocksDB with changelog",
        AT_LEAST_ONCE,
        partial(_module, "faust_events"),
    ),
    Script(
        "faust_take",
        "stock Faust, in batches by take",
        AT_LEAST_ONCE,
        partial(_module, "faust_take"),
    ),
    Script(
        "quix",
        "Quix Streams, RocksDB with changelog",
        AT_LEAST_ONCE,
        partial(_module_with, "quix", "quix", "changelog"),
    ),
    Script(
        "quix_no_changelog",
        "Quix Streams, RocksDB alone",
        "at least once, while its disk lives",
        partial(_module_with, "quix", "quix", "no-changelog"),
    ),
    Script(
        "bytewax",
        "Bytewax, a recovery store on disk, no changelog",
        "exactly once, while its disk lives",
        partial(_module_with, "bytewax", "bytewax_fold"),
    ),
    Script(
        "kafka_streams",
        "Kafka Streams on the JVM, one thread, RocksDB with changelog",
        EXACTLY_ONCE,
        partial(kafka_streams.command, 1, STREAMS_COMMIT_MS),
    ),
    Script(
        "kafka_streams_2_threads",
        "the same, two threads",
        EXACTLY_ONCE,
        partial(kafka_streams.command, 2, STREAMS_COMMIT_MS),
    ),
    Script("ceiling", "aiokafka and msgspec, no state", NONE, partial(_module, "ceiling")),
)

PEERS = {peer.name: peer for peer in _PEERS}
