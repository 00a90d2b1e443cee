"""What an operator sees is what the processes said."""

import io
from pathlib import Path

import msgspec
from redis.asyncio import Redis
from rich.console import Console

from citystream.contracts import redis_keys
from citystream.contracts.status import ProcessStatus, SinkStatus
from demo import screen
from demo.servers.process import Process
from demo.statuses import lag, read_statuses, rows
from demo.supervision import Child

NOW_MS = 1_800_000_000_000


def status(process: str, role: str, lag: int = 0, **more: object) -> ProcessStatus:
    said = {"process": process, "role": role, "lag": lag, "instance": "host-1", "at_ms": NOW_MS}
    return msgspec.convert(said | {"health_port": 1, "state": "up"} | more, ProcessStatus)


def child(name: str) -> Child:
    return Child(Process(name, ["true"], Path("unused")))


HEADING = screen.Heading(
    url="http://127.0.0.1:8000",
    username="city",
    password="pass",
    servers="valkey",
    logs="logs",
    batch="(. environment && city-batch run)",
    doing="live",
)


def test_a_row_holds_both_roles_of_a_service() -> None:
    said = [
        status("gps", "stream", 5, events_per_s=800.0, freshness_ms=120.0, dead_letters=3),
        status("gps", "archive", 70),
        status("traffic", "stream", 9),
    ]
    (row,) = rows([child("gps")], said)
    assert (row.events_per_s, row.lag, row.archive_lag, row.freshness_ms, row.dead_letters) == (
        800.0,
        5,
        70,
        120.0,
        3,
    )
    assert row.state == "up"


def test_a_sink_that_is_down_is_shown_with_what_waits_for_it() -> None:
    sinks = {"redis": SinkStatus(state="up"), "elasticsearch": SinkStatus(state="down", pending=42)}
    (row,) = rows([child("gps")], [status("gps", "stream", sinks=sinks, state="degraded")])
    assert row.sinks == "elasticsearch DOWN (42 waiting) redis"
    assert row.state == "degraded"
    assert "elasticsearch DOWN (42 waiting)" in screen.line(HEADING, [row])


def test_a_crashed_process_is_shown_as_crashed_whatever_it_last_said() -> None:
    crashed = child("gps")
    crashed.due_at = 1.0
    (row,) = rows([crashed], [status("gps", "stream")])
    assert row.state == "crashed"


def test_a_process_that_has_not_started_waits_and_one_that_ended_has_stopped(tmp_path: Path) -> None:
    ended = Child(Process("gps", ["true"], tmp_path / "log"))
    (row,) = rows([ended], [])
    assert row.state == "waiting"
    ended.start()
    ended.process.stop()
    (row,) = rows([ended], [status("gps", "stream")])
    assert row.state == "stopped"


def test_lag_is_unknown_until_all_have_spoken_since() -> None:
    both = [status("gps", "stream", 2), status("gps", "archive", 3)]
    assert lag(both, ["gps"], since_ms=NOW_MS) == 5
    assert lag(both, ["gps"], since_ms=NOW_MS + 1) is None
    assert lag(both[:1], ["gps"], since_ms=NOW_MS) is None


def test_the_screen_shows_url_user_password_and_every_process() -> None:
    console = Console(file=io.StringIO(), width=160)
    shown = rows([child("gps"), child("gateway")], [status("gps", "stream", 1234, events_per_s=5.0)])
    console.print(screen.picture(HEADING, shown))
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    for expected in ("http://127.0.0.1:8000", "user city", "password pass", "gps", "gateway", "1,234"):
        assert expected in text


async def test_statuses_are_read_from_redis(redis_url: str, namespace: str) -> None:
    said = status("gps", "stream", 7)
    async with Redis.from_url(redis_url) as redis:
        await redis.set(redis_keys.status(namespace, "gps", "host-1"), msgspec.json.encode(said), ex=15)
        assert await read_statuses(redis, namespace) == [said]
        assert await read_statuses(redis, f"other-{namespace}") == []
