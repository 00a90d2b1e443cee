"""How the platform stands: layers, data and processes."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeVar

import msgspec

from citystream.contracts.event_time import rfc3339
from citystream.contracts.redis_keys import STATUS_TTL_S
from citystream.contracts.registry import EVENTS
from citystream.contracts.status import ProcessStatus, SinkStatus
from gateway.city import City
from gateway.layer_states import Layer, LayerStates, SinkLayer, State
from gateway.link import Link, now_ms
from gateway.processes import speaking
from gateway.shapes import Source

Shown = TypeVar("Shown", bound="ProcessFigures")


class LayerStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One layer. `since` is when the gateway saw it come into its state; null while that is unknown."""

    state: State
    since: str | None
    for_ms: int | None


class SinkLayerStatus(LayerStatus, frozen=True, kw_only=True):
    """One that is known from those who write to it; `pending` are values that wait for it."""

    pending: int


class LayersStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Redis; what the gateway reads of S3; S3 and Elasticsearch as services write to them."""

    speed: LayerStatus
    batch: LayerStatus
    archive: SinkLayerStatus
    search: SinkLayerStatus


class DataStatus(msgspec.Struct, frozen=True):
    """What is known of one topic."""

    known: bool
    things: int
    with_data: int
    as_of: str | None
    age_ms: int | None


class ServiceStatus(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One role of one service, all its instances together."""

    process: str
    role: str
    state: State
    instances: int
    events_per_s: float | msgspec.UnsetType = msgspec.UNSET
    lag: int | msgspec.UnsetType = msgspec.UNSET
    freshness_ms: float | msgspec.UnsetType | None = msgspec.UNSET


class ProcessFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What one process did, as it spoke last."""

    process: str
    role: str
    state: Literal["starting", "up", "degraded", "unknown"]
    age_ms: int
    partitions: int
    events: int
    events_per_s: float
    lag: int
    freshness_ms: float | None
    late: int
    duplicates: int
    dead_letters: int


class ProcessDetails(ProcessFigures, frozen=True, kw_only=True):
    """The same, with where it runs and what its sinks said."""

    instance: str
    health_port: int
    sinks: dict[str, SinkStatus]


class ProcessesDetails(msgspec.Struct, frozen=True):
    """Every process, for those who run them."""

    time: str
    count: int
    processes: list[ProcessDetails]


class PlatformStatus(msgspec.Struct, frozen=True):
    """How the platform stands."""

    state: State
    time: str
    source: Source
    layers: LayersStatus
    data: dict[str, DataStatus]
    services: list[ServiceStatus]
    processes: list[ProcessFigures]


ROLES = ("stream", "archive")
FORECAST = ("traffic", "forecast")
"""The role that a city may go without."""


def platform_status(city: City, layers: LayerStates, heard: Sequence[ProcessStatus]) -> dict[str, Any]:
    """All of it but where processes run, which is not for everyone."""
    now = now_ms()
    fresh = speaking(heard, now)
    # The platform's own are always told of, others (a type of one's own) while they speak.
    types = dict.fromkeys((*EVENTS, *(one.process for one in fresh if one.role in ROLES)))
    services = [_service(city, fresh, type_, role) for type_ in types for role in ROLES]
    # Who had forecasts misses them; who never had any does not.
    if city.forecasts.view.with_data() or any((one.process, one.role) == FORECAST for one in fresh):
        services.append(_service(city, fresh, *FORECAST))
    services.append(_gateway(city, fresh))
    told = _layers(layers, now)
    states = [told.speed.state, told.archive.state, told.search.state, *(one["state"] for one in services)]
    # Of the past nobody may have asked yet, which is no trouble.
    if told.batch.state != "unknown":
        states.append(told.batch.state)
    return {
        "state": overall(states),
        "time": rfc3339(now),
        "source": city.source,
        "layers": told,
        "data": {topic: _data(city, topic, now) for topic in city.views},
        "services": services,
        "processes": [_shown(ProcessFigures, one, now) for one in heard],
    }


def process_details(heard: Sequence[ProcessStatus]) -> ProcessesDetails:
    """Each process with where it runs and what its sinks said."""
    now = now_ms()
    shown = [_shown(ProcessDetails, one, now) for one in heard]
    return ProcessesDetails(rfc3339(now), len(shown), shown)


def overall(states: Iterable[State]) -> State:
    """One word for many: the gateway answers, so the whole is never worse than degraded."""
    return "up" if all(state == "up" for state in states) else "degraded"


def _layers(layers: LayerStates, now: int) -> LayersStatus:
    return LayersStatus(
        speed=LayerStatus(**_standing(layers.speed, now)),
        batch=LayerStatus(**_standing(layers.batch, now)),
        archive=_sink_layer(layers.archive, now),
        search=_sink_layer(layers.search, now),
    )


def _sink_layer(layer: SinkLayer, now: int) -> SinkLayerStatus:
    return SinkLayerStatus(**_standing(layer, now), pending=layer.pending)


def _standing(layer: Layer | Link, now: int) -> dict[str, Any]:
    since_ms = layer.since_ms
    return {
        "state": layer.state,
        "since": None if since_ms is None else rfc3339(since_ms),
        "for_ms": None if since_ms is None else max(0, now - since_ms),
    }


def _data(city: City, topic: str, now: int) -> dict[str, Any]:
    view = city.views[topic]
    return {
        "known": view.known,
        "things": len(view),
        "with_data": len(view.with_data()),
        "as_of": None if view.newest_ms is None else rfc3339(view.newest_ms),
        "age_ms": None if view.newest_ms is None else max(0, now - view.newest_ms),
    }


def _service(city: City, fresh: Iterable[ProcessStatus], type_: str, role: str) -> dict[str, Any]:
    mine = [one for one in fresh if (one.process, one.role) == (type_, role)]
    freshness = [one.freshness_ms for one in mine if one.freshness_ms is not None]
    return {
        "process": type_,
        "role": role,
        "state": _service_state(city, mine),
        "instances": len(mine),
        "events_per_s": sum(one.events_per_s for one in mine),
        "lag": sum(one.lag for one in mine),
        "freshness_ms": max(freshness, default=None),
    }


def _gateway(city: City, fresh: Iterable[ProcessStatus]) -> dict[str, Any]:
    mine = [one for one in fresh if one.process == "gateway"]
    state = "degraded" if not city.link.up else _service_state(city, mine) if mine else "up"
    return {"process": "gateway", "role": "gateway", "state": state, "instances": max(1, len(mine))}


def _service_state(city: City, mine: Sequence[ProcessStatus]) -> State:
    if not mine:
        # Without Redis nobody can be heard.
        return "down" if city.link.up else "unknown"
    healthy = all(one.state == "up" and _sinks_are_up(one) for one in mine)
    return "up" if healthy else "degraded"


def _sinks_are_up(process: ProcessStatus) -> bool:
    return all(sink.state == "up" for sink in process.sinks.values())


def _shown(kind: type[Shown], one: ProcessStatus, now: int) -> Shown:
    age_ms = max(0, now - one.at_ms)
    state = one.state if age_ms <= STATUS_TTL_S * 1000 else "unknown"
    said = {name: getattr(one, name) for name in kind.__struct_fields__ if hasattr(one, name)}
    return kind(**said | {"age_ms": age_ms, "state": state})
