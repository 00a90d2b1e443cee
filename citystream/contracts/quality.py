"""How good a day's data is: rules that it keeps or breaks, by whom and when, and each sender's record.

A rule's name says what is right. What breaks it is an interval of one entity; nothing is dropped, but the
daily views leave out what lies in the intervals of rules that say so, and count it.
"""

from datetime import datetime
from typing import Annotated, NamedTuple

from msgspec import Meta

from citystream.contracts.daily_view import DailyView, Row

SENSORS = ("traffic", "weather", "camera")
"""Types whose senders report all day; vehicles rest, incidents end."""


class Rule(NamedTuple):
    """What is right."""

    name: str
    types: tuple[str, ...]
    meaning: str
    leaves_out: bool = False
    """Whether daily views leave out what breaks it."""


NO_GAP = Rule(
    "no_gap", SENSORS, "It reports at its own cadence: never silent for 10 times that, and 10 minutes."
)
NOT_STUCK = Rule(
    "not_stuck",
    ("traffic", "gps", "weather", "camera"),
    "What it measures changes: not the very same values 20 times and for an hour (weather: 3 hours) on end.",
    leaves_out=True,
)
IN_RANGE = Rule(
    "in_range",
    ("traffic", "gps", "weather", "camera"),
    "Values are those of a city: no car at 200 km/h, no ship at 250, no storm of 75 m/s.",
    leaves_out=True,
)
CLOCK_RIGHT = Rule(
    "clock_right",
    ("traffic", "gps", "weather", "camera", "emergency"),
    "Its clock agrees with Kafka's: of an hour's events the median is not 60 s ahead, nor is the quickest "
    "60 s slower than others' are.",
    leaves_out=True,
)
DISPATCHED_AFTER_REPORTED = Rule(
    "dispatched_after_reported", ("emergency",), "Nobody is sent before the call."
)
ON_SCENE_AFTER_DISPATCHED = Rule(
    "on_scene_after_dispatched", ("emergency",), "Nobody arrives before being sent."
)
RESOLVED_AFTER_REPORTED = Rule(
    "resolved_after_reported", ("emergency",), "No incident is over before it was reported."
)
ALL = ("traffic", "gps", "weather", "camera", "emergency")
IN_TIME = Rule("in_time", ALL, "It arrives within the lateness that the stream allows.")
ONCE = Rule("once", ALL, "Each event is sent once.")
READABLE = Rule("readable", ALL, "Each record is an event; the detail is the field that is not right.")
KNOWN_FIELDS = Rule(
    "known_fields",
    ALL,
    "Records have no fields that the contract lacks (a sample is looked into); the detail is the field.",
)
RULES = (
    NO_GAP, NOT_STUCK, IN_RANGE, CLOCK_RIGHT,
    DISPATCHED_AFTER_REPORTED, ON_SCENE_AFTER_DISPATCHED, RESOLVED_AFTER_REPORTED,
    IN_TIME, ONCE, READABLE, KNOWN_FIELDS,
)  # fmt: skip


class Check(Row, frozen=True, kw_only=True):
    """Each rule, by type of event: whether it was broken, and by how much."""

    type: Annotated[str, Meta(description="Of event.")]
    rule: Annotated[str, Meta(description="Its name says what is right.")]
    detail: Annotated[str | None, Meta(description="A part of it, such as a field; null: all together.")]
    events: Annotated[int, Meta(description="That break it.")]
    entities: Annotated[int, Meta(description="That have such events, or are silent.")]
    intervals: int
    hours: Annotated[float, Meta(description="Of all intervals together.")]
    left_out: Annotated[bool, Meta(description="Whether daily views leave these events out.")]


class Interval(Row, frozen=True, kw_only=True):
    """When one entity broke a rule: from its first event that did to its last, or while it was silent."""

    entity: Annotated[str, Meta(description="The sender: a sensor, station, camera, vehicle or incident.")]
    type: str
    rule: str
    start: Annotated[datetime, Meta(description="Event time, UTC.")]
    end: Annotated[datetime, Meta(description="Event time, UTC; an event at this time is in it.")]
    events: Annotated[int, Meta(description="In it; none of a gap.")]
    left_out: Annotated[bool, Meta(description="Whether daily views leave these events out.")]


class Entity(Row, frozen=True, kw_only=True):
    """Each sender of the day, and those of the 6 days before that were silent."""

    entity: Annotated[str, Meta(description="A sensor, station, camera, vehicle or incident.")]
    type: str
    events: int
    median_gap_s: Annotated[float | None, Meta(description="Between two events of the day.")]
    cadence_s: Annotated[
        float | None, Meta(description="Median of the median gaps of up to 7 days, this one too.")
    ]
    completeness_pct: Annotated[
        float | None,
        Meta(
            description="Events against those that its cadence has in the day, 100 at most; of vehicles "
            "from their first to their last. Null of incidents."
        ),
    ]
    late: Annotated[int, Meta(description="That arrived later than the stream allows.")]
    median_delay_s: Annotated[
        float | None,
        Meta(description="From event time to arrival in Kafka; negative of a clock that is ahead."),
    ]


QUALITY = DailyView("quality", Check, ("type", "rule", "detail"))
QUALITY_INTERVALS = DailyView("quality_intervals", Interval, ("entity", "type", "rule", "start"))
QUALITY_ENTITIES = DailyView("quality_entities", Entity, ("entity", "type"))
VIEWS = (QUALITY, QUALITY_INTERVALS, QUALITY_ENTITIES)

REPORT = "quality_report"
"""Beside the tables: `<namespace>/views/daily.quality_report/v=<version>/report.html`."""
