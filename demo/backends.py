"""Which servers the demo starts, and which of the user's it uses instead."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from citystream.settings import Settings
from demo.plan import Plan
from demo.servers.apache_kafka import ApacheKafka
from demo.servers.moto import Moto
from demo.servers.noida_db import NoidaDb, NoidaElasticsearch, NoidaKafka
from demo.servers.server import Server
from demo.servers.valkey import Valkey

KINDS = ("kafka", "redis", "s3", "elasticsearch")
# moto takes any keys, but clients refuse to call without.
MOTO_KEYS = {"s3_access_key": "demo", "s3_secret_key": "demo"}
# One worker a service: more partitions than that would be work without use.
PARTITIONS = 2


@dataclass(frozen=True)
class Backends:
    """Servers to start, in this order, and settings that point at them and at the user's own."""

    servers: tuple[Server, ...]
    settings: Settings
    own: frozenset[str]
    """The kinds that are the user's."""
    broker: str
    """`embedded`, `apache` or `own`."""


def choose(plan: Plan, settings: Settings, environment: Mapping[str, str]) -> Backends:
    """Servers for each kind that `CITY_<KIND>` does not name in the environment."""
    own = frozenset(kind for kind in KINDS if environment.get(f"CITY_{kind.upper()}"))
    servers: list[Server] = []
    changes: dict[str, Any] = {"data_dir": plan.state / "tables"}
    if settings.model is None:
        changes["model"] = plan.state / "city.geojson"
    if "CITY_PARTITIONS" not in environment:
        changes["partitions"] = PARTITIONS
    if plan.namespace is not None and "CITY_NAMESPACE" not in environment:
        changes["namespace"] = plan.namespace
    if plan.archive_s is not None:
        changes["archive_s"] = plan.archive_s
    if "redis" not in own:
        servers.append(Valkey(plan.state / "valkey"))
        changes["redis"] = servers[-1].address
    if "s3" not in own:
        servers.append(Moto(plan.state / "moto"))
        changes |= MOTO_KEYS | {"s3": servers[-1].address}
    for name, address, server in _kafka_and_elasticsearch(plan, own):
        changes[name] = address
        if server not in servers:
            servers.append(server)
    return Backends(
        servers=tuple(servers),
        settings=Settings(**(settings.model_dump() | changes)),
        own=own,
        broker="own" if "kafka" in own else plan.broker,
    )


def _kafka_and_elasticsearch(plan: Plan, own: frozenset[str]) -> list[tuple[str, str, Server]]:
    """Setting, address and server; one noida-db is both when it may be."""
    folder: Path = plan.state
    if plan.broker == "embedded" and not own & {"kafka", "elasticsearch"}:
        both = NoidaDb(folder / "noida-db")
        return [("kafka", both.address, both), ("elasticsearch", both.elasticsearch_url, both)]
    found: list[tuple[str, str, Server]] = []
    if "kafka" not in own:
        kafka = ApacheKafka(folder / "kafka") if plan.broker == "apache" else NoidaKafka(folder / "noida-db")
        found.append(("kafka", kafka.address, kafka))
    if "elasticsearch" not in own:
        search = NoidaElasticsearch(folder / "elasticsearch")
        found.append(("elasticsearch", search.address, search))
    return found
