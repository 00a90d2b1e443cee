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
MEASURED = ("traffic", "gps", "weather", "camera")
"""Types that measure."""
ALL = (*MEASURED, "emergency")
GAP_CADENCES, GAP_MS = 10, 600_000
"""A silence of more than so many cadences, and of more than 10 minutes, is a gap."""
CADENCE_DAYS = 7
STUCK_EVENTS = 20
"""So many events on end with the same values …"""
STUCK_MS = {"traffic": 3_600_000, "gps": 3_600_000, "weather": 10_800_000, "camera": 3_600_000}
"""… and for so long."""
AHEAD_MS, BEHIND_MS = 10_000, 60_000
"""By how much a clock may be wrong …"""
STEADY_MS = 10_000
"""… and by how much its delays may vary: what is sent late now and then comes by a good clock."""
EXCEPTION_PCT = 1.0
"""What is broken by more than that has failed."""


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
    MEASURED,
    "What it measures changes: not the very same values 20 times and for an hour (weather: 3 hours) on end.",
    leaves_out=True,
)
IN_RANGE = Rule(
    "in_range",
    MEASURED,
    "Values are those of a city: nothing drives faster than 250 km/h, no wind has 75 m/s.",
    leaves_out=True,
)
CLOCK_RIGHT = Rule(
    "clock_right",
    MEASURED,
    "Its clock agrees with Kafka's: of an hour's events the median is not 10 s ahead of its arrival, nor the "
    "quickest 60 s slower than other senders' are, with the median no 10 s behind it.",
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
IN_TIME = Rule("in_time", ALL, "It arrives within CITY_DISORDER_S and CITY_LATENESS_S of its time.")
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
    events: Annotated[int, Meta(description="That break it; of unknown fields, records of the sample.")]
    entities: Annotated[
        int | None, Meta(description="That have such events, or are silent; null where that is not counted.")
    ]
    intervals: int
    hours: Annotated[float, Meta(description="Of all intervals together.")]
    share_pct: Annotated[
        float | None,
        Meta(
            description="Of the type's events; of gaps, of its senders' time; of incidents' order, of "
            "incidents. Null where there are none."
        ),
    ]
    failed: Annotated[bool, Meta(description="Whether that is more than 1 %: no exception any more.")]
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
    late: Annotated[int, Meta(description="That broke the rule `in_time`.")]
    median_delay_s: Annotated[
        float | None,
        Meta(description="From event time to arrival in Kafka; negative of a clock that is ahead."),
    ]


QUALITY = DailyView("quality", Check, ("type", "rule", "detail"))
QUALITY_INTERVALS = DailyView("quality_intervals", Interval, ("entity", "type", "rule", "start"))
QUALITY_ENTITIES = DailyView("quality_entities", Entity, ("entity", "type"))
VIEWS = (QUALITY, QUALITY_INTERVALS, QUALITY_ENTITIES)

REPORT = "daily.quality_report"
"""In the manifest, beside the tables: one page of HTML, `s3_paths.daily_report`."""
