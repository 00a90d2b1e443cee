"""The gateway's benchmark: what is counted, and a small run."""

import json
from array import array
from collections import Counter
from itertools import chain
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from bench.gateway import __main__ as command
from bench.gateway.contest import Size, percentile_ms
from bench.gateway.mix import mix_of
from bench.gateway.sockets import TEXT, Frame, client_frame, frame_at, since_ticks
from bench.gateway.users import Visited

SMALL = Size(
    vehicles=60,
    roads=40,
    rate=600,
    users=9,
    rounds=1,
    seconds=0.5,
    warm_up_s=0.1,
    paced_per_s=100,
    clients=3,
    rate_ms=200,
    settle_s=0.5,
)


@pytest.mark.real
def test_a_small_run_has_every_figure(tmp_path: Path) -> None:
    found = command.measure(tmp_path, SMALL)
    result = json.loads(json.dumps(command.result(found, SMALL)))
    rates = result["requests_per_s"]
    assert rates["gateway"] > 10
    assert rates["bare_starlette"] > 10
    for name, own, bare in (
        ("mixed", "gateway", "bare_starlette"),
        ("small", "gateway_small", "bare_small"),
        ("large", "gateway_large", "bare_large"),
    ):
        assert result["of_bare"][name] == pytest.approx(rates[own] / rates[bare], rel=0.02)
    assert set(result["p99_ms_paced"]) == {"small", "large"}
    assert min(result["p99_ms_paced"].values()) > 0
    # On a schedule there are no more than are due.
    assert all(one.per_s < 1.2 * SMALL.paced_per_s for one in found.paced.values())
    # Nine users, one after the other each.
    assert result["p99_ms"] > 0.9 * 1000 / rates["gateway"]
    assert result["p99_ms_redis_down"] > 0
    assert result["errors_5xx"] == 0
    assert set(chain.from_iterable(one.statuses for one in found.gateway.visits)) == {200}
    # A tick is a fifth of a second, and publishing takes up to a tenth.
    assert 0 <= result["websocket"]["p50_ms"] <= result["websocket"]["p99_ms"] <= 200
    assert 20 < result["websocket"]["p99_age_ms"] < 5_000
    # Every position of the time, by the one client that observes.
    assert len(found.sockets.latencies.ms) > 300
    assert result["websocket"]["lost"] == result["websocket"]["unseen"] == 0
    assert result["websocket"]["kb_per_client"] > 0
    assert result["websocket"]["clients"] == 3


def test_a_delay_is_counted_from_the_tick_whose_phase_is_found() -> None:
    ticks_s = [3.35, 4.35, 8.35, 9.35]
    late_s = [0.004, 0.12, 0.031, 0.6]
    came_s = [tick + late for tick, late in zip(ticks_s, late_s, strict=True)]
    assert since_ticks(came_s, 1.0, 0.0) == pytest.approx([4, 120, 31, 600])
    assert since_ticks(came_s, 1.0, 5.0) == pytest.approx([31, 600])
    assert since_ticks([], 1.0, 0.0) == []


def test_both_servers_are_asked_for_the_same() -> None:
    first, second = (mix_of(user, ["r0", "r1"], ["v0", "v1", "v2"], "1,2,3,4") for user in (1, 2))
    assert [one.target for one in first if "{" in one.route] == ["/api/traffic/live/r1", "/api/vehicles/v1"]
    assert [one.target for one in second if "{" in one.route] == ["/api/traffic/live/r0", "/api/vehicles/v2"]
    assert "/api/vehicles/locations?bbox=1,2,3,4" in [one.target for one in first]


def test_a_percentile_after_a_moment_is_of_the_answers_that_ended_then() -> None:
    visited = Visited(
        1.0, 0.1, array("d", [5, 90, 7, 8]), array("d", [1, 2, 3, 4]), Counter({200: 3, 503: 1})
    )
    assert percentile_ms([visited], 99) == 90
    assert percentile_ms([visited], 99, after_s=2.5) == 8
    assert visited.errors_5xx == 1
    assert visited.per_s == 4


@pytest.mark.parametrize("length", [0, 125, 126, 65_535, 65_536])
def test_a_frame_is_found_where_it_lies(length: int) -> None:
    wide = b"" if length < 126 else length.to_bytes(2 if length < 65_536 else 8)
    size = bytes([length if length < 126 else 126 if length < 65_536 else 127])
    data = b"xx\x81" + size + wide + bytes(length)
    start = 4 + len(wide)
    assert frame_at(data, 2) == Frame(TEXT, start, len(data))
    assert len(data) - start == length
    assert frame_at(data[: start - 1], 2) is None


@pytest.mark.parametrize("length", [5, 300])
def test_a_clients_frame_is_masked_with_zeros(length: int) -> None:
    payload = msgspec.json.encode("x" * (length - 2))
    sent = client_frame(TEXT, payload)
    assert sent[1] & 0x80
    assert sent.endswith(bytes(4) + payload)
    assert int.from_bytes(sent[2:4]) == length if length > 125 else sent[1] & 0x7F == length


def test_a_rate_that_the_gateway_does_not_give_is_refused() -> None:
    answer = CliRunner().invoke(command.main, ["--rate-ms", "10"])
    assert answer.exit_code == 2
    assert "200" in answer.output
