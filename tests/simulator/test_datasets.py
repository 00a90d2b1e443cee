import json
from collections import defaultdict
from pathlib import Path

import msgspec
import pandas as pd
import pytest

from citystream.contracts.city_model import dump, parse
from citystream.contracts.event_time import event_time_ms
from citystream.contracts.traffic import Traffic
from citystream.contracts.weather import Weather
from simulator.datasets import los_loop, metro_interstate
from simulator.datasets.dataset import Dataset, DatasetError, Skipped
from simulator.geometry import haversine_m
from simulator.record import Record
from tests.simulator.conftest import epoch_ms

METRO_HEADER = (
    "holiday,temp,rain_1h,snow_1h,clouds_all,weather_main,weather_description,date_time,traffic_volume"
)


def read(dataset: Dataset, folder: Path) -> tuple[list[tuple[int, Record]], Skipped]:
    skipped = Skipped()
    return list(dataset.records(folder, skipped)), skipped


def los(folder: Path, speeds: str) -> Path:
    (folder / "los_speed.csv").write_text(speeds)
    (folder / "graph_sensor_locations.csv").write_text(
        "index,sensor_id,latitude,longitude\n0,11,34.15,-118.31\n1,22,34.15,-118.31\n2,33,34.16,-118.31\n"
    )
    (folder / "los_adj.csv").write_text("1,0.9,0.5\n0.9,1,0\n0.5,0,1\n")
    return folder


def metro(folder: Path, *lines: str) -> Path:
    (folder / metro_interstate.FILE).write_text("\n".join([METRO_HEADER, *lines]) + "\n")
    return folder


def test_a_row_of_detectors_becomes_a_reading_each_at_its_time(tmp_path: Path) -> None:
    records, skipped = read(los_loop.DATASET, los(tmp_path, "11,22,33\n60,50.5,0\n61,,nan\n"))
    first = msgspec.json.decode(records[1][1].value, type=Traffic)
    assert (first.road_id, first.sensor_id, first.speed_kmh) == ("la-22", "22", 81.271872)
    assert first.vehicle_count is None
    assert records[1][1].key == b"la-22"
    assert [time_ms for time_ms, _ in records] == [epoch_ms("2012-03-01T00:00:00Z")] * 3 + [
        epoch_ms("2012-03-01T00:05:00Z")
    ]
    assert skipped == {"speed: not a number": 2}


def test_every_speed_of_the_real_detectors_is_there_to_the_millionth(data: Path) -> None:
    records, skipped = read(los_loop.DATASET, data)
    speeds = pd.read_csv(data / "los_speed.csv")
    found: dict[str, list[float]] = defaultdict(list)
    for time_ms, record in records:
        event = json.loads(record.value)
        assert time_ms == los_loop.BEGIN.timestamp() * 1000 + len(found[event["sensor_id"]]) * 300_000
        found[event["sensor_id"]].append(event["speed_kmh"])
    assert not skipped
    assert list(found) == list(speeds.columns)
    for sensor, values in found.items():
        assert values == [round(mph * 1.609344, 6) for mph in speeds[sensor]]


def test_the_real_detectors_make_a_city_model_that_can_be_loaded(data: Path) -> None:
    model = parse(dump(los_loop.DATASET.model(data)))
    places = pd.read_csv(data / "graph_sensor_locations.csv", index_col="sensor_id")
    adjacency = pd.read_csv(data / "los_adj.csv", header=None).to_numpy()
    sensors = [road_id.removeprefix("la-") for road_id in model.roads]
    assert len(sensors) == 207
    for index, road in enumerate(model.roads.values()):
        place = places.loc[int(sensors[index])]
        assert road.line[0] == (place.longitude, place.latitude)
        assert 0 < road.length_m < 401
        assert 20 < road.free_flow_kmh < 130
        assert {model.roads[other].id for other in road.neighbours} == {
            f"la-{sensors[other]}" for other in range(207) if other != index and adjacency[index][other] > 0
        }


def test_a_detector_at_the_same_place_as_its_nearest_points_to_the_next(tmp_path: Path) -> None:
    model = los_loop.DATASET.model(los(tmp_path, "11,22,33\n60,50,40\n"))
    road = model.roads["la-11"]
    assert road.neighbours == ["la-22", "la-33"]
    assert road.line[1][1] > road.line[0][1]
    assert haversine_m(*road.line) == pytest.approx(400, rel=0.01)
    assert model.roads["la-22"].length_m > 0


def test_the_detectors_model_has_a_name_and_the_time_zone_of_its_place(tmp_path: Path) -> None:
    model = parse(dump(los_loop.DATASET.model(los(tmp_path, "11,22,33\n60,50,40\n"))))
    assert (model.name, model.timezone) == ("Los Angeles", "America/Los_Angeles")


@pytest.mark.parametrize("name", ["los_speed.csv", "graph_sensor_locations.csv", "los_adj.csv"])
def test_a_missing_file_is_named_with_its_place(tmp_path: Path, name: str) -> None:
    (los(tmp_path, "11,22,33\n60,50,40\n") / name).unlink()
    with pytest.raises(DatasetError, match=rf"{tmp_path / name}: No such file or directory; give the folder"):
        los_loop.DATASET.model(tmp_path)


def test_a_file_of_another_shape_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"los_speed.csv, line 3: 2 columns instead of 3"):
        read(los_loop.DATASET, los(tmp_path, "11,22,33\n60,50,40\n60,50\n"))
    (tmp_path / metro_interstate.FILE).write_text("temp,date_time\n1,2\n")
    with pytest.raises(DatasetError, match="no column rain_1h, snow_1h, weather_main, traffic_volume"):
        read(metro_interstate.DATASET, tmp_path)


def test_an_hour_has_one_traffic_reading_and_as_many_observations_as_rows(tmp_path: Path) -> None:
    folder = metro(
        tmp_path,
        "None,281.25,0.5,0.25,99,Rain,light rain,2012-10-10 07:00:00,7200",
        "None,281.25,0.5,0.25,99,Squall,SQUALLS,2012-10-10 07:00:00,7200",
        "None,280.15,0.0,0.0,99,Mist,mist,2012-10-10 08:00:00,0",
        "None,280.15,0.0,0.0,99,Smoke,smoke,2012-10-10 08:00:00,0",
        "None,280.15,0.0,0.0,99,Haze,haze,2012-10-10 08:00:00,0",
    )
    records, skipped = read(metro_interstate.DATASET, folder)
    traffic = [msgspec.json.decode(one.value, type=Traffic) for _, one in records if one.type == "traffic"]
    weather = [msgspec.json.decode(one.value, type=Weather) for _, one in records if one.type == "weather"]
    assert [event.vehicle_count for event in traffic] == [7200, 0]
    assert [event.speed_kmh for event in traffic] == [pytest.approx(105 / 1.15, abs=0.001), 105]
    assert [event.condition for event in weather] == ["rain", "unknown", "mist", "smoke", "haze"]
    assert weather[0].temperature_c == 8.1
    assert weather[0].precipitation_mm_h == 0.75
    not_in_the_data = [(one.humidity_pct, one.wind_speed_ms, one.visibility_m) for one in weather]
    assert set(not_in_the_data) == {(None, None, None)}
    assert event_time_ms(weather[2].timestamp) == epoch_ms("2012-10-10T08:00:00Z")
    assert len({event.event_id for event in weather}) == 5
    assert skipped == {"traffic: the hour has one already (another weather description)": 3}


def test_absurd_values_are_left_out_with_a_reason_and_the_rest_of_the_row_kept(tmp_path: Path) -> None:
    folder = metro(
        tmp_path,
        "None,302.11,9831.3,0.0,75,Rain,very heavy rain,2016-07-11 17:00:00,5535",
        "None,0.0,0.0,0.0,0,Clear,sky is clear,2014-01-31 03:00:00,361",
        "None,warm,0.0,0.0,0,Clear,sky is clear,2014-01-31 04:00:00,361",
        "None,280,0.0,0.0,0,Clear,sky is clear,31.1.2014 5:00,361",
    )
    records, skipped = read(metro_interstate.DATASET, folder)
    assert [record.type for _, record in records] == ["traffic", "traffic"]
    assert skipped == {
        "weather: Expected `float` <= 500.0 - at `$.precipitation_mm_h`": 1,
        "weather: Expected `float` >= -90.0 - at `$.temperature_c`": 1,
        "row: temp: 'warm' is not a number": 1,
        "row: date_time is not YYYY-MM-DD HH:MM:SS": 1,
    }


def test_the_real_interstate_is_published_but_for_eleven_observations(data: Path) -> None:
    records, skipped = read(metro_interstate.DATASET, data)
    table = pd.read_csv(data / metro_interstate.FILE)
    traffic = [json.loads(record.value) for _, record in records if record.type == "traffic"]
    weather = [record for _, record in records if record.type == "weather"]
    hours = table.drop_duplicates("date_time")
    assert [event["vehicle_count"] for event in traffic] == hours.traffic_volume.tolist()
    bad = (table.rain_1h > 500) | (table.temp == 0)
    assert len(weather) == len(table) - bad.sum()
    assert bad.sum() == 11
    assert skipped.total() == 11 + len(table) - len(hours)


def test_the_interstates_model_can_be_loaded(tmp_path: Path) -> None:
    model = parse(dump(metro_interstate.DATASET.model(tmp_path)))
    assert set(model.roads) == {"i94-westbound"}
    assert set(model.stations) == {"i94-weather"}
    assert (model.name, model.timezone) == ("Minneapolis-St Paul", "America/Chicago")
