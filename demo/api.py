"""The gateway's API, asked as a user would ask it."""

import asyncio
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import httpx
import msgspec

from demo.city import City

POLL_S = 0.25
PAGE = 300
"""Less than a city has, so that paging is used."""


class _Position(msgspec.Struct, frozen=True):
    vehicle_id: str
    timestamp: datetime


class _Positions(msgspec.Struct, frozen=True):
    vehicles: list[_Position]


class Api:
    """Calls of the demo's user to the gateway."""

    def __init__(self, city: City) -> None:
        auth = (city.credentials.username, city.credentials.password)
        self._client = httpx.AsyncClient(base_url=city.url, auth=auth, timeout=10.0)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def get(self, path: str, **parameters: str | int) -> Any:
        """A JSON answer.

        Raises:
            httpx.HTTPError: no answer, or not a good one.
        """
        answer = await self._client.get(path, params=parameters)
        answer.raise_for_status()
        return answer.json()

    async def until_it_has_vehicles(self) -> None:
        """Come back when the API answers with at least one vehicle."""
        while True:
            try:
                if (await self.get("/api/vehicles/locations", limit=1))["vehicles"]:
                    return
            except httpx.HTTPError:
                pass  # not up yet, or busy; who waits has a bound of their own
            await asyncio.sleep(POLL_S)

    async def vehicles(self) -> set[str]:
        """Ids of all vehicles, page by page."""
        found: set[str] = set()
        parameters: dict[str, str | int] = {"limit": PAGE}
        while True:
            page = await self.get("/api/vehicles/locations", **parameters)
            found |= {one["vehicle_id"] for one in page["vehicles"]}
            if not page.get("next_cursor"):
                return found
            parameters["cursor"] = page["next_cursor"]

    async def positions_ms(self) -> dict[str, int]:
        """Vehicle -> event time of its position, epoch milliseconds; of 10,000 vehicles at most."""
        answer = await self._client.get("/api/vehicles/locations", params={"limit": 10_000})
        answer.raise_for_status()
        page = msgspec.json.decode(answer.content, type=_Positions)
        return {one.vehicle_id: round(one.timestamp.timestamp() * 1000) for one in page.vehicles}

    async def roads_with_data(self) -> int:
        """Roads for which the API has a measurement."""
        answer = await self.get("/api/traffic/live")
        return sum(1 for road in answer["roads"] if road["readings"])
