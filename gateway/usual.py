"""What is usual on a road, by the hour of the week, as the newest of the last days has it."""

from functools import partial
from typing import Literal

import msgspec

from citystream.contracts.daily import USUAL
from citystream.contracts.daily_view import batch_view
from gateway import daily_process
from gateway.city import City
from gateway.content import Content
from gateway.daily import Daily
from gateway.daily_process import Selection
from gateway.days import IncompleteDay
from gateway.problems import no_such, unanswered
from gateway.published_days import AWAY, Missing

COLUMNS = tuple(name for name in USUAL.row.__struct_fields__ if name != USUAL.key[0])
NOT_PUBLISHED = "none of the last days is published"

HOUR = msgspec.defstruct(
    "UsualHour",
    [(field.name, field.type) for field in msgspec.structs.fields(USUAL.row) if field.name in COLUMNS],
    namespace={"__doc__": "An hour of the week."},
)


class RoadProfile(msgspec.Struct, frozen=True):
    """What is usual on one road, in the order of weekdays and hours."""

    road_id: str
    source: Literal["batch"]
    date: str | None
    """Up to which day; null without a profile."""
    timezone: str
    incomplete_days: list[IncompleteDay]
    reasons: list[str]
    """Why there is no profile."""
    hours: list[HOUR]  # type: ignore[valid-type] # a type made just now


class Profiles:
    """Answers of `/api/analytics/usual`."""

    def __init__(self, city: City, daily: Daily) -> None:
        self._city = city
        self._daily = daily

    async def road(self, key: str) -> Content:
        """One road's profile, or why it has none.

        Raises:
            ProblemError: 404 of a road that nobody knows; 503 while the batch layer can't be read.
        """
        table = await self._daily.newest(USUAL)
        if isinstance(table, Missing):
            reasons = list(table.reasons) if table.date else [NOT_PUBLISHED]
            return self._answer(key, None, [], reasons, b"[]")
        # A page that shows a road asks for it again and again.
        read = partial(daily_process.rows_of, Selection(USUAL, (key,)), COLUMNS)
        found = await self._daily.closed.objects([table.name], ("usual", key), read)
        if found is None:
            raise unanswered(AWAY)
        hours = found[0]["rows"]
        incomplete = table.day.incomplete()
        if hours == b"[]":
            reasons = [
                *table.day.reasons,
                f"{batch_view(USUAL)} of {table.day.date} has nothing of this road",
            ]
            return self._answer(key, None, incomplete, reasons, hours)
        return self._answer(key, table.day.date, incomplete, [], hours)

    def _answer(
        self, key: str, date: str | None, incomplete: list[IncompleteDay], reasons: list[str], hours: bytes
    ) -> Content:
        if date is None and self._city.traffic.view.get(key) is None:
            raise no_such("road_id", key, "/api/roads lists the roads")
        document = {
            "road_id": key,
            "source": "batch",
            "date": date,
            "timezone": self._daily.zone.key,
            "incomplete_days": incomplete,
            "reasons": reasons,
            "hours": msgspec.Raw(hours),
        }
        return Content(msgspec.json.encode(document))
