"""The daily views in pandas: the peer of `city-batch daily`, as somebody would write it who has pandas.

`python -m bench.batch.by_pandas DATE FOLDER` reads the day's compacted events by its manifest, makes the
views and writes them to a folder. Nothing is usual on a single day, so what needs more of them is left out.
"""

import asyncio
import io
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h3
import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from bench.batch.jobs import Ran, published, timed
from citystream.commands.settings import load_settings
from citystream.contracts import daily
from citystream.contracts.area import KM_PER_DEGREE
from citystream.contracts.camera import CameraCounts
from citystream.contracts.daily_view import DailyView, batch_view
from citystream.servers.connections import s3_files
from citystream.settings import Settings

Frame = Any
DailyNumbers = dict[str, dict[str, float]]
"""View -> column -> sum of its numbers; `rows` among them."""

VIEWS = (
    daily.ROAD_WINDOWS, daily.ROAD_HOURS, daily.ROADS, daily.VEHICLES, daily.FLEETS, daily.EMERGENCIES,
    daily.WEATHER_SPEED, daily.MODES,
)  # fmt: skip
WITHIN = 1e-3
"""Two sums may differ by so much of the greater: what they are of is rounded."""


def run_by_pandas(settings: Settings, date: str) -> tuple[Ran, DailyNumbers]:
    """The peer as a process, and what it made.

    Raises:
        JobError: it did not end well.
    """
    with tempfile.TemporaryDirectory(prefix="by-pandas-") as folder:
        ran = timed(settings, [sys.executable, "-m", "bench.batch.by_pandas", date, folder])
        tables = {view.name: pq.read_table(Path(folder) / f"{view.name}.parquet") for view in VIEWS}
    return ran, {name: _sums(table) for name, table in tables.items()}


def numbers_of(settings: Settings, date: str) -> DailyNumbers:
    """What `city-batch daily` has published of a day."""
    made, files = asyncio.run(published(settings, date)), s3_files(settings)
    found = {}
    for view in VIEWS:
        (one,) = made.views[batch_view(view)].objects
        with files.open_input_file(f"{settings.s3_bucket}/{one.key}") as file:
            found[view.name] = _sums(pq.read_table(io.BytesIO(file.read())))
    return found


def unlike(ours: DailyNumbers, theirs: DailyNumbers) -> list[str]:
    """What of the two is not the same."""
    return [
        f"{view}.{column}: city-batch has {value:,.3f} in all, pandas {theirs[view][column]:,.3f}"
        for view, columns in ours.items()
        for column, value in columns.items()
        if abs(value - theirs[view][column]) > WITHIN * max(abs(value), abs(theirs[view][column]))
    ]


def _sums(table: Any) -> dict[str, float]:
    frame = table.to_pandas()
    sums = {name: float(frame[name].sum()) for name in frame.select_dtypes(("number", "bool")).columns}
    return sums | {"rows": float(len(frame))}


class Day:
    """Frames of a day's compacted events."""

    def __init__(self, settings: Settings, date: str) -> None:
        self._settings = settings
        self._made = asyncio.run(published(settings, date))
        self._files = s3_files(settings)
        self.start, self.end = (
            pd.Timestamp(ms, unit="ms", tz="UTC") for ms in (self._made.start_ms, self._made.end_ms)
        )

    def read(self, type_: str, *columns: str) -> Frame:
        """Columns of a type's events."""
        keys = [f"{self._settings.s3_bucket}/{one.key}" for one in self._made.compacted[type_].objects]
        parts = [
            pq.read_table(key, columns=list(columns), filesystem=self._files, partitioning=None).to_pandas()
            for key in keys
        ]
        return pd.concat(parts, ignore_index=True)


def quantiles(groups: Any, column: str) -> Frame:
    """The three percentiles of speeds, a column each."""
    found = groups[column].quantile([daily.LOW, daily.MIDDLE, daily.HIGH]).unstack()
    found.columns = ["p15_speed_kmh", "p50_speed_kmh", "p85_speed_kmh"]
    return found


def roads(day: Day) -> dict[DailyView, Frame]:
    """The views of roads, and of weather."""
    rows = day.read("traffic", "event_time", "road_id", "speed_kmh", "vehicle_count", "occupancy_pct")
    rows["speed"] = rows["speed_kmh"].where(rows["vehicle_count"] != 0)
    rows["standing"] = (
        rows["speed"].isna() & (rows["vehicle_count"].fillna(0) == 0) & (rows["occupancy_pct"] >= 50)
    )
    rows["window_start"], rows["hour_start"] = (
        rows["event_time"].dt.floor("5min"),
        rows["event_time"].dt.floor("h"),
    )
    rows["hour"] = rows["hour_start"].dt.hour
    night = rows[rows["hour"] < 5].groupby("road_id")["speed"]
    free = night.quantile(daily.HIGH).where(night.count() >= daily.NIGHT_READINGS).rename("free_flow_kmh")

    windows = rows.groupby(["road_id", "window_start"]).agg(
        readings=("speed", "size"),
        vehicles=("vehicle_count", "sum"),
        mean_speed_kmh=("speed", "mean"),
        speeds=("speed", "count"),
        standing=("standing", "sum"),
    )
    windows = windows.reset_index().merge(free, on="road_id", how="left")
    stood = (windows["standing"] > 0) & (windows["standing"] >= windows["speeds"])
    windows["congested"] = stood | (windows["mean_speed_kmh"] < 0.6 * windows["free_flow_kmh"])
    windows["hour_start"] = windows["window_start"].dt.floor("h")

    def figures(by: list[str]) -> Frame:
        groups = rows.groupby(by)
        told = groups.agg(
            readings=("speed", "size"), vehicles=("vehicle_count", "sum"), mean_speed_kmh=("speed", "mean")
        )
        congested = windows.groupby([one for one in by if one != "hour"])["congested"].sum() / 12
        return told.join(quantiles(groups, "speed")).join(congested.rename("congested_h")).reset_index()

    whole = figures(["road_id"]).merge(free, on="road_id", how="left")
    whole["free_flow_from"] = whole["free_flow_kmh"].notna().map({True: "night", False: None})
    whole["area"] = None
    return {
        daily.ROAD_WINDOWS: windows,
        daily.ROAD_HOURS: figures(["road_id", "hour_start", "hour"]),
        daily.ROADS: whole,
        daily.WEATHER_SPEED: weather_speed(day, windows),
    }


def weather_speed(day: Day, windows: Frame) -> Frame:
    """Roads' speeds by the weather of their hour."""
    rows = day.read("weather", "event_time", "station_id", "precipitation_mm_h", "visibility_m", "condition")
    rows["hour_start"] = rows["event_time"].dt.floor("h")
    rows["frozen"] = rows["condition"].isin(["snow", "sleet", "hail"])
    stations = rows.groupby(["hour_start", "station_id"])[
        ["precipitation_mm_h", "visibility_m", "frozen"]
    ].mean()
    city = stations.groupby("hour_start").mean()
    rain = city["precipitation_mm_h"]
    city["weather"] = np.select(
        [city["visibility_m"] < 1_000, city["frozen"] >= 0.5, rain < 0.1, rain < 2.5, rain < 10, rain >= 10],
        ["fog", "snow", "dry", "light", "moderate", "heavy"],
        "unknown",
    )
    moving = windows[windows["mean_speed_kmh"].notna()].merge(city["weather"], on="hour_start", how="left")
    moving["weather"] = moving["weather"].fillna("unknown")
    moving["share"] = 100 * moving["mean_speed_kmh"] / moving["free_flow_kmh"]
    told = moving.groupby("weather").agg(
        hours=("hour_start", "nunique"),
        roads=("road_id", "nunique"),
        windows=("road_id", "size"),
        mean_speed_kmh=("mean_speed_kmh", "mean"),
        of_free_flow_pct=("share", "mean"),
    )
    return told.reset_index().assign(change_pct=np.nan)


def vehicles(day: Day) -> dict[DailyView, Frame]:
    """The views of vehicles."""
    rows = day.read(
        "gps", "event_time", "vehicle_id", "vehicle_type", "latitude", "longitude", "speed_kmh"
    ).sort_values(["vehicle_id", "event_time", "latitude", "longitude"], ignore_index=True)
    first = rows["vehicle_id"] != rows["vehicle_id"].shift()
    spent_s = rows["event_time"].diff().dt.total_seconds().mask(first)
    turned = rows["longitude"].diff().abs()
    middle = np.radians((rows["latitude"] + rows["latitude"].shift()) / 2)
    wide = np.minimum(turned, 360 - turned) * np.cos(middle)
    km = KM_PER_DEGREE * np.sqrt(wide**2 + rows["latitude"].diff() ** 2)
    implied = km / spent_s * 3_600
    known = (spent_s > 0) & (spent_s <= daily.LEG_MS / 1_000) & (implied <= daily.FASTEST_KMH)
    moving = known & (rows["speed_kmh"].fillna(implied) >= daily.MOVING_KMH)
    rows["km"], rows["moving_s"], rows["reporting_s"] = (
        km.where(moving),
        spent_s.where(moving),
        spent_s.where(known),
    )
    days = rows.groupby("vehicle_id").agg(
        vehicle_type=("vehicle_type", "last"),
        positions=("km", "size"),
        distance_km=("km", "sum"),
        moving_s=("moving_s", "sum"),
        reporting_s=("reporting_s", "sum"),
        max_speed_kmh=("speed_kmh", "max"),
    )
    days["utilisation_pct"] = 100 * days["moving_s"] / days["reporting_s"]
    days["moving_speed_kmh"] = days["distance_km"] / days["moving_s"] * 3_600
    fleets = days.groupby("vehicle_type").agg(
        vehicles=("positions", "size"),
        positions=("positions", "sum"),
        distance_km=("distance_km", "sum"),
        median_distance_km=("distance_km", "median"),
        moving_s=("moving_s", "sum"),
        reporting_s=("reporting_s", "sum"),
    )
    fleets["utilisation_pct"] = 100 * fleets["moving_s"] / fleets["reporting_s"]
    return {daily.VEHICLES: days.reset_index(), daily.FLEETS: fleets.reset_index()}


def emergencies(day: Day) -> dict[DailyView, Frame]:
    """Incidents by kind and area."""
    rows = day.read(
        "emergency",
        "event_time",
        "incident_id",
        "kind",
        "status",
        "latitude",
        "longitude",
        "partition",
        "offset",
    ).sort_values(["event_time", "partition", "offset"])
    told = rows.groupby("incident_id")[["kind", "latitude", "longitude"]].last()
    first = rows.groupby(["incident_id", "status"])["event_time"].min().unstack()
    first = first.reindex(columns=["reported", "dispatched", "on_scene", "resolved", "cancelled"])
    told["area"] = [
        h3.latlng_to_cell(lat, lon, daily.CELL_RESOLUTION)
        for lat, lon in zip(told["latitude"], told["longitude"], strict=True)
    ]
    told["incidents"] = first["reported"].notna()
    told["cancelled"] = first["cancelled"].notna()
    for name, status in (("dispatch", "dispatched"), ("response", "on_scene"), ("resolution", "resolved")):
        took = (first[status] - first["reported"]).dt.total_seconds()
        told[name] = took.where(took >= 0)

    def figures(by: list[str]) -> Frame:
        groups = told.groupby(by) if by else told.groupby(lambda _: 0)
        parts = {"incidents": groups["incidents"].sum(), "cancelled": groups["cancelled"].sum()}
        parts["response_mean_s"] = groups["response"].mean()
        for name, counted in (
            ("dispatch", "dispatches"),
            ("response", "responses"),
            ("resolution", "resolutions"),
        ):
            parts[counted] = groups[name].count()
            parts |= {f"{name}_p{part}_s": groups[name].quantile(part / 100) for part in (50, 90)}
        return pd.DataFrame(parts).reset_index()

    parts = [figures(by) for by in (["kind", "area"], ["kind"], ["area"], [])]
    return {daily.EMERGENCIES: pd.concat(parts, ignore_index=True)}


def modes(day: Day) -> dict[DailyView, Frame]:
    """What cameras counted."""
    rows = day.read("camera", "road_id", "counts")
    classes = list(CameraCounts.__struct_fields__)
    seen = pd.DataFrame([{} if one is None else one for one in rows["counts"]], columns=classes).fillna(0)
    seen["road_id"], seen["observations"] = rows["road_id"], 1
    every = pd.concat(
        [seen.groupby("road_id").sum().reset_index(), seen.drop(columns="road_id").sum().to_frame().T],
        ignore_index=True,
    )
    total = every[classes].sum(axis=1)
    return {daily.MODES: every.assign(**{f"{name}_pct": 100 * every[name] / total for name in classes})}


def main(date: str, folder: str) -> None:
    """Make and write all of them."""
    day = Day(load_settings(), date)
    made: Mapping[DailyView, Frame] = {**roads(day), **vehicles(day), **emergencies(day), **modes(day)}
    for view, rows in made.items():
        table = rows.reindex(columns=list(view.row.__struct_fields__))
        numbers = table.select_dtypes("float").columns
        table[numbers] = table[numbers].round(3)
        table.to_parquet(Path(folder) / f"{view.name}.parquet", compression="zstd")


if __name__ == "__main__":
    main(*sys.argv[1:])
