"""The city that is looked at: it has a past, vehicles, roads, and incidents that help has come to."""

import time
from datetime import datetime
from typing import Any

from citystream.contracts import city_model
from demo.api import Api
from demo.city import City
from demo.supervision import Say
from tests.browser import yesterday
from tests.browser.screenshots.studio import VEHICLES, until

DAY_S = 86_400
ON_SCENE = 4
"""Steps of an incident that has a course to show."""


async def make_lively(city: City, api: Api, say: Say) -> None:
    """Back when it is.

    Raises:
        NoPictureError: it is not, in time.
    """
    await city.start_services()
    say("telling the services of the last day")
    readings = await yesterday.tell(city.settings, city.plan.seed)
    say(f"{readings} readings sent; waiting until they are folded")
    assert city.settings.model is not None
    road_id = next(iter(city_model.load(city.settings.model).roads))
    late = time.time() - 900

    async def newest() -> float:
        windows = await last_day(api, road_id)
        return max((epoch_s(one["window_end"]) for one in windows), default=0.0)

    await until("yesterday", newest, lambda end: end > late)
    city.start_simulator()
    await until("vehicles", api.vehicles, lambda vehicles: len(vehicles) >= VEHICLES)
    await until("roads with data", api.roads_with_data, lambda roads: roads >= 100)
    say("waiting until incidents have come, and help to some of them")

    async def steps() -> list[int]:
        return [len(one["history"]) for one in await incidents(api)]

    await until("incidents", steps, lambda steps: len(steps) >= 4 and max(steps) >= ON_SCENE)


async def last_day(api: Api, road_id: str) -> list[dict[str, Any]]:
    """A road's windows."""
    now_s = int(time.time())
    answer = await api.get(f"/api/traffic/history/{road_id}", **{"from": now_s - DAY_S, "to": now_s})
    windows: list[dict[str, Any]] = answer["windows"]
    return windows


async def incidents(api: Api) -> list[dict[str, Any]]:
    """Those that are open."""
    listed: list[dict[str, Any]] = (await api.get("/api/emergencies/active"))["emergencies"]
    return listed


def epoch_s(rfc3339: str) -> float:
    """A time in seconds."""
    return datetime.fromisoformat(rfc3339).timestamp()
