"""Blue and green: a new version beside the old on the same events, the switch to it, and the way back."""

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from citystream.settings import Settings
from citystream.stream import time_rules
from demo.environment import city_environment
from gateway import users
from tests.drills.city import AFTER, BEFORE, City, Drill, Feeds, command, killed_in_the_end, make
from tests.drills.older import COMMIT, Release
from tests.faults import exactness
from tests.gateway.running import VIEWER, Gateway, until
from tests.harness import kafka_log

pytestmark = pytest.mark.real

YESTERDAY = datetime.now(UTC).date() - timedelta(days=1)
NOON = datetime.combine(YESTERDAY, time(12), UTC)
"""Events are of a day that is over, so that it can be closed."""
RANGE = f"from={NOON:%Y-%m-%dT%H:%M:%SZ}&to={NOON + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
ROUTES = (
    "/api/vehicles/locations",
    "/api/traffic/live",
    "/api/emergencies/active",
    "/api/weather/current",
    "/api/cameras",
    f"/api/vehicles/vehicle-7/track?{RANGE}",
    f"/api/traffic/history/road-7?{RANGE}",
    f"/api/weather/history/station-1?{RANGE}",
    f"/api/cameras/camera-1/history?{RANGE}",
    f"/api/analytics/daily?view=roads&date={YESTERDAY}",
)


async def test_blue_and_green(settings: Settings, seed: int, tmp_path: Path) -> None:
    release = Release(tmp_path / "older")
    switch, back = Drill(f"green beside blue ({COMMIT})"), Drill("back to blue")
    blue = City(settings, release.worker)
    await make(settings, release.environment)
    green = City(
        settings.model_copy(
            update={
                "namespace": f"{settings.namespace[:34]}-green",
                "source_namespace": settings.namespace,
                "data_dir": tmp_path / "green",
            }
        )
    )
    with killed_in_the_end(blue, green):
        await blue.crew.start()
        release.runs_in(blue.crew)
        async with Feeds(settings, seed, round(NOON.timestamp() * 1000)) as feeds:
            async with feeds.on():
                await blue.folds(BEFORE)
                await command(green.settings, "city", "topics", "create")
                with switch.until_well():
                    await green.crew.start()
                    await green.catches_up()
                await green.folds(AFTER)
            await blue.is_exact(feeds)
            await green.is_exact(feeds)
            closing = ("city-batch", "run", "--date", str(YESTERDAY), "--scratch", str(tmp_path))
            await command(settings, *closing, environment=release.environment)
            await answers_are_the_same(blue, release.environment, green, tmp_path)
            await blue.crew.stop()
            async with feeds.on():
                await green.folds(AFTER)
            await green.is_exact(feeds)
            await is_exact_as_far_as_it_came(blue, feeds)
            switch.tell(feeds.sent)
            async with feeds.on():
                with back.until_well():
                    await blue.crew.start()
                    await blue.catches_up()
                await green.crew.stop()
                await blue.folds(AFTER)
            await blue.is_exact(feeds)
            back.tell(feeds.sent)


async def answers_are_the_same(blue: City, environment: dict[str, str], green: City, folder: Path) -> None:
    """A gateway on each: live, the past, and what the batch layer made of it."""
    users_file = folder / "users.json"
    users.write(users_file, {VIEWER[0]: users.make(VIEWER[0], users.Role.VIEWER, VIEWER[1])})
    asked_as = {"CITY_GATEWAY_USERS_FILE": str(users_file)}
    async with (
        serving(blue.settings, folder, {**asked_as, **environment}) as old,
        serving(green.settings, folder, asked_as) as new,
    ):
        for route in ROUTES:

            async def both(route: str = route) -> tuple[tuple[int, Any], tuple[int, Any]]:
                one, other = await old.http.get(route), await new.http.get(route)
                return (one.status_code, one.json()), (other.status_code, other.json())

            (status, answer), _ = await until(both, lambda answers: answers[0] == answers[1])
            assert status == 200, route
            assert answer["count"], f"{route}: nothing, which any gateway answers"


@contextlib.asynccontextmanager
async def serving(settings: Settings, folder: Path, environment: dict[str, str]) -> AsyncIterator[Gateway]:
    """A gateway of a namespace."""
    gateway = Gateway(folder, {**city_environment(settings), **environment})
    await gateway.start()
    try:
        yield gateway
    finally:
        await gateway.stop()


async def is_exact_as_far_as_it_came(city: City, feeds: Feeds) -> None:
    """A city that was stopped has what came until then, and nothing that another has since made of more."""
    for service, log in (await feeds.logs(city.settings)).items():
        ends = await kafka_log.folded(city.settings, service)
        came = {number: records[: ends[number]] for number, records in log.items()}
        assert sum(map(len, came.values())) < sum(map(len, log.values()))
        await exactness.results_are_exact(city.settings, service, came, time_rules(city.settings))
