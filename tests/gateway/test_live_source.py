"""A live client with nothing else to hear is told of another source, before a heartbeat is due."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from gateway import listener, users
from gateway.city import City
from gateway.live import Live
from gateway.staleness import StaleAfter
from gateway.subscription import Subscription
from gateway.topic_stream import TopicStream
from gateway.view import Entry
from tests.gateway.conftest import MODEL
from tests.harness.patience import PATIENCE_S

ADA = users.User("1", "ada", users.Role.VIEWER, "")
NOWHERE = [0.0, 0.0, 0.0, 0.0]


@pytest.fixture
def city(monkeypatch: pytest.MonkeyPatch) -> City:
    """Followed, without an event."""
    # None comes by itself within a test.
    monkeypatch.setattr(listener, "HEARTBEAT_S", 10 * PATIENCE_S)
    city = City(MODEL, None, StaleAfter(90, 1_800, 300))
    switch(city, "speed")
    return city


def switch(city: City, source: Any, *topics: str) -> None:
    for topic in topics or city.views:
        city.views[topic].known = True
        city.views[topic].switch(source)


@asynccontextmanager
async def told(city: City, wanted: Subscription) -> AsyncIterator[asyncio.Queue[Any]]:
    """What a client is sent."""
    sent: asyncio.Queue[Any] = asyncio.Queue()

    async def send(_: str, message: str, __: str | None) -> None:
        sent.put_nowait(msgspec.json.decode(message))

    live = Live(city, 1)
    with live.listener(ADA, send) as client:
        client.take(wanted)
        tasks = [asyncio.create_task(part.run()) for part in (live, client)]
        try:
            yield sent
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def next_of(sent: asyncio.Queue[Any]) -> tuple[str, str]:
    """Type and source of the next message."""
    message = await asyncio.wait_for(sent.get(), PATIENCE_S)
    return message["type"], message["source"]


async def test_a_heartbeat_tells_it_whatever_the_subscriptions_rate(city: City) -> None:
    async with told(city, Subscription(["weather"], rate_ms=60_000)) as sent:
        assert await next_of(sent) == ("snapshot", "speed")
        assert await next_of(sent) == ("heartbeat", "speed")
        for source in ("last-known", "batch", "speed"):
            switch(city, source, "vehicles")
            assert await next_of(sent) == ("heartbeat", source)


@pytest.mark.parametrize("box", [None, NOWHERE])
async def test_a_delta_tells_a_topics_own_although_the_citys_stays(
    city: City, box: list[float] | None
) -> None:
    switch(city, "batch", "vehicles")
    switch(city, "last-known", "cameras")
    async with told(city, Subscription(["cameras"], bbox=box, rate_ms=200)) as sent:
        assert await next_of(sent) == ("snapshot", "last-known")
        assert await next_of(sent) == ("heartbeat", "batch")
        switch(city, "batch", "cameras")
        assert await next_of(sent) == ("delta", "batch")


def test_what_else_does_not_concern_a_client_is_not_told(city: City) -> None:
    view = city.views["cameras"]
    stream = TopicStream("cameras", view, Subscription(["cameras"], bbox=NOWHERE), None)
    assert stream.next()
    for source in ("batch", "speed"):
        view.put(Entry("elsewhere", 1, source, b"{}"))
        assert stream.next() is None
        switch(city, source, "cameras")
        assert stream.next() == ("delta", '"changed":[],"removed":[]')
