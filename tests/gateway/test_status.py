"""`/api/status`, and what the gateway says of itself in Redis."""

from datetime import datetime, timedelta

import msgspec

from citystream.contracts import gateway_metrics, redis_keys
from citystream.contracts.status import ProcessStatus, SinkStatus
from tests.gateway.conftest import StartGateway
from tests.gateway.running import Gateway, until
from tests.gateway.speed_layer import SpeedLayer, now_ms
from tests.harness.scraped import types, with_labels_of_the_catalogue

STATUS = "/api/status"


async def test_each_process_layer_and_kind_of_data_has_its_state(
    speed: SpeedLayer, start_gateway: StartGateway
) -> None:
    await speed.status(_process("gps", "stream", lag=3, events_per_s=100.0))
    await speed.status(_process("gps", "archive", sinks={"s3": SinkStatus(state="up")}))
    down = {"elasticsearch": SinkStatus(state="down", pending=9), "redis": SinkStatus(state="up")}
    await speed.status(_process("traffic", "stream", sinks=down))
    await speed.status(_process("weather", "stream", at_ms=now_ms() - 60_000))
    await speed.status(_process("parking", "stream"))
    await speed.position("a")
    gateway = await start_gateway()
    status = await gateway.until(STATUS, lambda answer: len(answer["processes"]) == 6)
    states = {(one["process"], one["role"]): one["state"] for one in status["services"]}
    assert states["gps", "stream"] == "up"
    assert states["traffic", "stream"] == "degraded"
    assert states["weather", "stream"] == "down"
    assert states["camera", "archive"] == "down"
    assert states["gateway", "gateway"] == "up"
    assert (states["parking", "stream"], states["parking", "archive"]) == ("up", "down")
    assert len(states) == 13
    layers = {name: layer["state"] for name, layer in status["layers"].items()}
    # It folds no archive, and nobody asked for a closed day.
    assert layers == {"speed": "up", "batch": "unknown", "archive": "up", "search": "down"}
    assert status["layers"]["batch"] == {"state": "unknown", "since": None, "for_ms": None}
    for name in ("speed", "archive", "search"):
        layer = status["layers"][name]
        since = datetime.fromisoformat(layer["since"])
        assert since + timedelta(milliseconds=layer["for_ms"]) == datetime.fromisoformat(status["time"]), name
    assert status["layers"]["search"]["pending"] == 9
    assert status["data"]["vehicles"]["with_data"] == 1
    assert status["data"]["vehicles"]["age_ms"] >= 0
    assert status["data"]["weather"]["age_ms"] is None
    gps = next(one for one in status["services"] if (one["process"], one["role"]) == ("gps", "stream"))
    assert (gps["lag"], gps["events_per_s"], gps["instances"]) == (3, 100.0, 1)
    assert status["state"] == "degraded"


async def test_the_gateway_tells_its_own_status_with_a_time_to_live(
    shared_gateway: Gateway, shared_speed: SpeedLayer
) -> None:
    pattern = redis_keys.status(shared_speed.namespace, "gateway", "*")

    async def keys() -> list[bytes]:
        return [key async for key in shared_speed.client.scan_iter(match=pattern, count=1_000)]

    (key,) = await until(keys, lambda found: len(found) == 1)
    own = msgspec.json.decode(await shared_speed.client.get(key) or b"", type=ProcessStatus)
    assert (own.process, own.role, own.health_port) == ("gateway", "gateway", shared_gateway.operations_port)
    assert own.state in ("starting", "up")
    assert 0 < await shared_speed.client.ttl(key) <= redis_keys.STATUS_TTL_S


async def test_a_status_that_cannot_be_read_is_left_out(
    speed: SpeedLayer, start_gateway: StartGateway
) -> None:
    await speed.client.set(redis_keys.status(speed.namespace, "gps", "broken"), b"{", ex=60)
    await speed.status(_process("camera", "stream"))
    gateway = await start_gateway()
    status = await gateway.until(STATUS, lambda answer: len(answer["processes"]) == 2)
    assert {one["process"] for one in status["processes"]} == {"camera", "gateway"}


async def test_all_metrics_of_the_catalogue_are_served_and_no_other(shared_gateway: Gateway) -> None:
    await shared_gateway.get(STATUS)
    text = (await shared_gateway.operations.get("/metrics")).text
    wanted = (*gateway_metrics.METRICS, *gateway_metrics.OF_NEWEST_DAY)
    assert types(text) == {one.name: one.kind for one in wanted}
    assert "city_gateway_requests_total" in with_labels_of_the_catalogue(text)
    assert 'route="/api/status"' in text


def _process(
    process: str,
    role: str,
    *,
    at_ms: int | None = None,
    lag: int = 0,
    events_per_s: float = 0.0,
    sinks: dict[str, SinkStatus] | None = None,
) -> ProcessStatus:
    return ProcessStatus(
        process=process,
        role=role,
        instance=f"host-{role}-1",
        at_ms=now_ms() if at_ms is None else at_ms,
        health_port=1,
        state="up",
        lag=lag,
        events_per_s=events_per_s,
        sinks=sinks or {},
    )
