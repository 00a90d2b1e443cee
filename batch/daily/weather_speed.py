"""`daily.weather_speed`."""

import ibis
import ibis.expr.types as ir

COLUMNS = ("event_time", "station_id", "precipitation_mm_h", "visibility_m", "condition")
FROZEN = ("snow", "sleet", "hail")
# Of the WMO: fog below 1 km; rain moderate from 2.5 mm/h on, heavy from 10. Less than 0.1 is not measured.
FOG_M, RAIN_MM_H, MODERATE_MM_H, HEAVY_MM_H = 1_000, 0.1, 2.5, 10.0
UNKNOWN = "unknown"


def weather_speed(windows: ir.Table, free_flow: ir.Table, weather: ir.Table, usual: ir.Table) -> ir.Table:
    """Roads' speeds by the weather of their hour.

    Args:
        windows: five minutes of roads, with their hours.
        weather: observations with their hours.
        usual: of the day before; none is no row.
    """
    moving = windows.filter(windows["mean_speed_kmh"].notnull())
    by_hour = moving.left_join(hourly(weather), "hour_start").drop("hour_start_right")
    measured = by_hour.left_join(free_flow, "road_id").drop("road_id_right")
    wanted = ["road_id", "weekday", "hour"]
    held = measured.left_join(usual.select(*wanted, "median_speed_kmh"), wanted)
    speed, before = held["mean_speed_kmh"], held["median_speed_kmh"].nullif(0)
    figures = held.mutate(
        weather=held["weather"].fill_null(UNKNOWN),
        of_free_flow=100 * speed / held["free_flow_kmh"],
        change=100 * (speed / before - 1),
    )
    return figures.group_by("weather").agg(
        hours=lambda t: t["hour_start"].nunique(),
        roads=lambda t: t["road_id"].nunique(),
        windows=lambda t: t.count(),
        mean_speed_kmh=lambda t: t["mean_speed_kmh"].mean(),
        of_free_flow_pct=lambda t: t["of_free_flow"].mean(),
        change_pct=lambda t: t["change"].mean(),
    )


def hourly(weather: ir.Table) -> ir.Table:
    """The city's weather in each hour: stations count alike, however often they observe."""
    stations = weather.group_by("hour_start", "station_id").agg(
        precipitation=lambda t: t["precipitation_mm_h"].mean(),
        visibility=lambda t: t["visibility_m"].mean(),
        frozen=lambda t: t["condition"].isin(FROZEN).mean(),
    )
    city = stations.group_by("hour_start").agg(
        precipitation=lambda t: t["precipitation"].mean(),
        visibility=lambda t: t["visibility"].mean(),
        frozen=lambda t: t["frozen"].mean(),
    )
    rain = city["precipitation"]
    kind = ibis.cases(
        (city["visibility"] < FOG_M, "fog"),
        (city["frozen"] >= 0.5, "snow"),
        (rain < RAIN_MM_H, "dry"),
        (rain < MODERATE_MM_H, "light"),
        (rain < HEAVY_MM_H, "moderate"),
        (rain >= HEAVY_MM_H, "heavy"),
        else_=UNKNOWN,
    )
    return city.select("hour_start", weather=kind)
