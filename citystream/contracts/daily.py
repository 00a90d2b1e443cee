"""Daily views: what the batch layer makes of a closed day for those who plan. One table a view.

A table is one Parquet file, `<namespace>/views/daily.<view>/v=<version>/rows.parquet`, which the day's
manifest names; the gateway serves it as JSON, CSV and Parquet. Its columns are the fields of the view's row,
in their order; units are in the names (`schemas.unit_of`). Numbers are rounded to 3 decimals. A value is null
where nothing is known of it. Hours, days and weekdays are those of the city's clock.
"""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from citystream.contracts.daily_view import DailyView, Row

WINDOW_MS = 300_000
"""Length of a road's window here, whatever the stream's is: 5 minutes."""
NIGHT_HOURS = range(5)
"""In which roads are free: midnight to 5 o'clock."""
NIGHT_READINGS = 30
"""Readings with a speed that a night must have, to tell of free flow."""
LEG_MS = 300_000
"""Between two positions of a vehicle, at most: what it did in a longer time, nobody knows."""
FASTEST_KMH = 400.0
"""A leg that would have been faster is a leap of the receiver, and counts as not known."""
MOVING_KMH = 3.0
"""From this speed on a vehicle moves; below it, receivers wander."""
USUAL_DAYS = 28
"""Of which what is usual is made."""
LEAST_DAYS = 7
"""Before there are so many, nothing is usual."""
LOW, MIDDLE, HIGH = 0.15, 0.5, 0.85
"""The percentiles of speeds."""
CELL_RESOLUTION = 7
"""Of H3: cells of 5 km2, where the city model has no areas."""

Speed = float | None
Start = Annotated[datetime, Meta(description="When it begins, UTC.")]
Vehicles = Annotated[int | None, Meta(description="Vehicles counted; null where no reading has a count.")]
MeanSpeed = Annotated[Speed, Meta(description="Mean of the readings' speeds; those of no vehicle have none.")]
P15 = Annotated[Speed, Meta(description="15 % of the readings were slower.")]
P50 = Annotated[Speed, Meta(description="Median of the readings.")]
P85 = Annotated[Speed, Meta(description="85 % of the readings were slower.")]
Congested = Annotated[float, Meta(description="In windows that were congested.")]
Hour = Annotated[int, Meta(ge=0, le=23, description="On the city's clock: two hours may have the same.")]
Area = Annotated[
    str | None,
    Meta(description="District of the city model, else the H3 cell (resolution 7) of the road's middle."),
]


class RoadWindow(Row, frozen=True, kw_only=True):
    """Each road's five minutes in which there were readings."""

    road_id: str
    window_start: Start
    readings: int
    vehicles: Vehicles
    mean_speed_kmh: MeanSpeed
    congested: Annotated[
        bool | None,
        Meta(
            description="Whether its mean speed was below 60 % of free flow, or vehicles stood; null where "
            "neither is known."
        ),
    ]


class RoadHour(Row, frozen=True, kw_only=True):
    """Each road's hours in which there were readings."""

    road_id: str
    hour_start: Start
    hour: Hour
    readings: int
    vehicles: Vehicles
    mean_speed_kmh: MeanSpeed
    p15_speed_kmh: P15
    p50_speed_kmh: P50
    p85_speed_kmh: P85
    congested_h: Congested


class Road(Row, frozen=True, kw_only=True):
    """Each road's day."""

    road_id: str
    area: Area
    readings: int
    vehicles: Vehicles
    mean_speed_kmh: MeanSpeed
    p15_speed_kmh: P15
    p50_speed_kmh: P50
    p85_speed_kmh: P85
    free_flow_kmh: Annotated[
        Speed,
        Meta(
            description="85th percentile of the speeds at night (0 to 5 o'clock), where it has 30 readings; "
            "else the city model's."
        ),
    ]
    free_flow_from: Annotated[str | None, Meta(description="`night` or `model`.")]
    congested_h: Congested


class Vehicle(Row, frozen=True, kw_only=True):
    """Each vehicle's day. What it did between two positions is not known if they are more than 5 minutes
    apart, or further than 400 km/h would go."""

    vehicle_id: str
    vehicle_type: Annotated[str, Meta(description="As its last position has it.")]
    positions: int
    distance_km: Annotated[float, Meta(description="Over ground, while it moved.")]
    moving_s: Annotated[float, Meta(description="At 3 km/h or more.")]
    reporting_s: Annotated[float, Meta(description="Between positions at most 5 minutes apart.")]
    utilisation_pct: Annotated[float | None, Meta(description="Of the time reporting, that moving.")]
    moving_speed_kmh: Annotated[Speed, Meta(description="Distance over the time moving.")]
    max_speed_kmh: Annotated[Speed, Meta(description="That any position has.")]


class Fleet(Row, frozen=True, kw_only=True):
    """Each type of vehicle."""

    vehicle_type: str
    vehicles: int
    positions: int
    distance_km: Annotated[float, Meta(description="Of all together.")]
    median_distance_km: float
    moving_s: float
    reporting_s: float
    utilisation_pct: Annotated[float | None, Meta(description="Of the time reporting, that moving.")]


class Emergencies(Row, frozen=True, kw_only=True):
    """Incidents by kind and area, and how long help took. A duration counts on the day on which it ended; its
    beginning may lie on the day before, if that is compacted."""

    kind: Annotated[str | None, Meta(description="Null: all kinds together.")]
    area: Annotated[
        str | None,
        Meta(
            description="Its road's district, else the H3 cell of its place, else `unknown`. "
            "Null: all areas together."
        ),
    ]
    incidents: Annotated[int, Meta(description="Reported on the day.")]
    cancelled: Annotated[int, Meta(description="On the day.")]
    dispatches: Annotated[int, Meta(description="From reported to dispatched.")]
    dispatch_p50_s: float | None
    dispatch_p90_s: float | None
    responses: Annotated[int, Meta(description="From reported to on scene.")]
    response_mean_s: float | None
    response_p50_s: float | None
    response_p90_s: float | None
    resolutions: Annotated[int, Meta(description="From reported to resolved.")]
    resolution_p50_s: float | None
    resolution_p90_s: float | None


class WeatherSpeed(Row, frozen=True, kw_only=True):
    """How fast roads were in each weather: by the hour, of the whole city."""

    weather: Annotated[
        str,
        Meta(
            description="By the mean of all stations: `fog` (visibility below 1 km), `dry` (less than "
            "0.1 mm/h), `snow` (half of the observations say so), `light`, `moderate` (from 2.5 mm/h) or "
            "`heavy` rain (from 10 mm/h); `unknown`."
        ),
    ]
    hours: int
    roads: int
    windows: Annotated[int, Meta(description="Roads' five minutes that have a mean speed.")]
    mean_speed_kmh: Annotated[Speed, Meta(description="Mean over these.")]
    of_free_flow_pct: Annotated[float | None, Meta(description="Mean of their share of free flow.")]
    change_pct: Annotated[
        float | None,
        Meta(
            description="Mean change from what was usual for road, weekday and hour, as the day before "
            "knew it."
        ),
    ]


class Modes(Row, frozen=True, kw_only=True):
    """What cameras counted on each road, and the shares of each mode."""

    road_id: Annotated[str | None, Meta(description="Null: all roads together.")]
    observations: int
    car: int
    bus: int
    truck: int
    motorcycle: int
    bicycle: int
    pedestrian: int
    other: int
    car_pct: float | None
    bus_pct: float | None
    truck_pct: float | None
    motorcycle_pct: float | None
    bicycle_pct: float | None
    pedestrian_pct: float | None
    other_pct: float | None


class Usual(Row, frozen=True, kw_only=True):
    """What is usual on a road: each hour of the week, out of the mean speeds of its five minutes in the last
    28 days that are published, if these are 7 or more."""

    road_id: str
    weekday: Annotated[int, Meta(ge=1, le=7, description="1 is Monday.")]
    hour: Annotated[int, Meta(ge=0, le=23)]
    days: Annotated[int, Meta(description="That had this hour.")]
    windows: Annotated[int, Meta(description="Five minutes with a mean speed.")]
    low_speed_kmh: Annotated[Speed, Meta(description="15th percentile.")]
    median_speed_kmh: Speed
    high_speed_kmh: Annotated[Speed, Meta(description="85th percentile.")]
    median_vehicles: Annotated[float | None, Meta(description="Counted in five minutes.")]


ROAD_WINDOWS = DailyView("road_windows", RoadWindow, ("road_id", "window_start"))
ROAD_HOURS = DailyView("road_hours", RoadHour, ("road_id", "hour_start"))
ROADS = DailyView("roads", Road, ("road_id",))
VEHICLES = DailyView("vehicles", Vehicle, ("vehicle_id",))
FLEETS = DailyView("fleets", Fleet, ("vehicle_type",))
EMERGENCIES = DailyView("emergencies", Emergencies, ("kind", "area"))
WEATHER_SPEED = DailyView("weather_speed", WeatherSpeed, ("weather",))
MODES = DailyView("modes", Modes, ("road_id",))
USUAL = DailyView("usual", Usual, ("road_id", "weekday", "hour"))

VIEWS = (ROADS, ROAD_HOURS, ROAD_WINDOWS, VEHICLES, FLEETS, EMERGENCIES, WEATHER_SPEED, MODES, USUAL)
