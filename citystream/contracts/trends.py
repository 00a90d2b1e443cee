"""What changes: each road's week against the week before, what congests it, how far it can be relied upon."""

from typing import Annotated

from msgspec import Meta

from citystream.contracts.daily_view import DailyView, Row

WEEK_DAYS = 7
RECURRING_DAYS = 3
"""Of the same weekday before, up to so many are asked whether a road was congested at the same time."""
RELIABLE_DAYS = 20
"""Before there are so many days, nothing is said of reliability."""

Speed = float | None


class Trend(Row, frozen=True, kw_only=True):
    """Each road's last 7 days against the 7 before, and what congested it on the day itself."""

    road_id: str
    days: Annotated[int, Meta(description="Of the last 7, the day itself too, that are published.")]
    days_before: Annotated[int, Meta(description="Of the 7 before.")]
    mean_speed_kmh: Annotated[Speed, Meta(description="Mean of the five minutes of the last 7 days.")]
    mean_speed_before_kmh: Speed
    change_pct: Annotated[
        float | None, Meta(description="Of the mean speed, on weekdays that both weeks have.")
    ]
    congested_h_a_day: Annotated[float, Meta(description="In windows that were congested.")]
    congested_h_a_day_before: float | None
    recurring_h: Annotated[
        float,
        Meta(description="Congested on the day, as on most of the last 3 such weekdays at the same time."),
    ]
    incident_h: Annotated[
        float, Meta(description="Congested while an incident was active on the road, and not recurring.")
    ]
    other_h: Annotated[float, Meta(description="Congested, and neither.")]


class WeekHour(Row, frozen=True, kw_only=True):
    """Each road's hour of the week: the last 7 days against the 7 before."""

    road_id: Annotated[str | None, Meta(description="Null: all roads that both weeks have, alike.")]
    weekday: Annotated[int, Meta(ge=1, le=7, description="1 is Monday.")]
    hour: Annotated[int, Meta(ge=0, le=23)]
    mean_speed_kmh: Speed
    mean_speed_before_kmh: Speed
    change_pct: float | None


class Reliability(Row, frozen=True, kw_only=True):
    """How much time a road wants, by the hour, out of the last 28 days if 20 or more are published."""

    road_id: str
    hour: Annotated[int, Meta(ge=0, le=23)]
    days: Annotated[int, Meta(description="That have this hour.")]
    windows: Annotated[int, Meta(description="Five minutes with a mean speed.")]
    free_flow_kmh: Annotated[float, Meta(description="Of the day.")]
    mean_time_index: Annotated[float, Meta(description="Mean travel time over that at free flow.")]
    planning_time_index: Annotated[
        float, Meta(description="95th percentile of the travel time over that at free flow.")
    ]
    buffer_index_pct: Annotated[
        float, Meta(description="What to add to the mean time to be there in 95 of 100 cases.")
    ]


TRENDS = DailyView("trends", Trend, ("road_id",))
WEEK_HOURS = DailyView("week_hours", WeekHour, ("road_id", "weekday", "hour"))
RELIABILITY = DailyView("reliability", Reliability, ("road_id", "hour"))
VIEWS = (TRENDS, WEEK_HOURS, RELIABILITY)
