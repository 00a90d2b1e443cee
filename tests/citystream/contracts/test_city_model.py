"""A city model: a good one round-trips, a bad one is refused with the feature, the field and the reason."""

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from citystream.contracts.city_model import CityModelError, dump, load, parse

Json = dict[str, Any]


def feature(id_: str, kind: str, geometry: Json, **properties: Any) -> Json:
    return {
        "type": "Feature",
        "id": id_,
        "geometry": geometry,
        "properties": {"kind": kind, **properties},
    }


POINT = {"type": "Point", "coordinates": [-118.25, 34.05]}
LINE = {"type": "LineString", "coordinates": [[-118.25, 34.05], [-118.24, 34.06]]}
GOOD: Json = {
    "type": "FeatureCollection",
    "features": [
        feature(
            "r1", "road", LINE, length_m=900, free_flow_kmh=50, neighbours=["r2"], lanes=2, name="Main Street"
        ),
        feature("r2", "road", LINE, length_m=750.5, free_flow_kmh=80, neighbours=[]),
        feature("h1", "hospital", POINT, name="General"),
        feature("s1", "sensor", POINT, road_id="r1"),
        feature("c1", "camera", POINT, road_id="r2"),
        feature("w1", "station", POINT, name="Roof"),
    ],
}


def changed(change: Callable[[list[Json]], Any]) -> bytes:
    model = copy.deepcopy(GOOD)
    change(model["features"])
    return msgspec.json.encode(model)


def test_a_good_model_round_trips() -> None:
    model = parse(msgspec.json.encode(GOOD))
    assert parse(dump(model)) == model
    assert list(model.roads) == ["r1", "r2"]
    assert (model.roads["r1"].name, model.roads["r1"].lanes) == ("Main Street", 2)
    assert (model.roads["r2"].name, model.roads["r2"].lanes) == ("r2", 1)
    assert model.roads["r1"].line == [(-118.25, 34.05), (-118.24, 34.06)]
    assert model.cameras["c1"].road_id == "r2"
    assert model.hospitals["h1"].position == (-118.25, 34.05)
    assert len(model.sensors) == len(model.stations) == 1


def test_unknown_properties_are_left_alone() -> None:
    assert parse(changed(lambda features: features[0]["properties"].update(colour="red"))).roads["r1"]


# What is done to the features, and what the refusal must say.
BAD: dict[str, tuple[Callable[[list[Json]], Any], str]] = {
    "no road": (lambda f: f.__setitem__(slice(0, 5), []), "no feature of kind 'road'"),
    "neighbour that is not there": (
        lambda f: f[0]["properties"].update(neighbours=["r7"]),
        "road 'r1': neighbours: no road 'r7'",
    ),
    "sensor on no road": (lambda f: f[3]["properties"].update(road_id="r7"), "'s1': road_id: no road 'r7'"),
    "camera on no road": (lambda f: f[4]["properties"].update(road_id="r7"), "'c1': road_id: no road 'r7'"),
    "id twice": (lambda f: f[1].update(id="r1"), "feature 1: id: 'r1' is there twice"),
    "id empty": (lambda f: f[2].update(id=""), r"feature 2: .*id"),
    "id a number": (lambda f: f[2].update(id=7), r"feature 2: .*id"),
    "id missing": (lambda f: f[2].pop("id"), r"feature 2: .*id"),
    "kind unknown": (lambda f: f[2]["properties"].update(kind="pub"), r"feature 2: .*pub.*properties"),
    "kind missing": (lambda f: f[2]["properties"].pop("kind"), r"feature 2: .*kind"),
    "properties missing": (lambda f: f[2].pop("properties"), r"feature 2: .*properties"),
    "geometry missing": (lambda f: f[2].pop("geometry"), r"feature 2: .*geometry"),
    "geometry a polygon": (
        lambda f: f[2].update(geometry={"type": "Polygon", "coordinates": []}),
        r"feature 2: .*Polygon.*geometry",
    ),
    "road a point": (
        lambda f: f[0].update(geometry=POINT),
        "feature 0: geometry: road 'r1' must be a LineString",
    ),
    "hospital a line": (lambda f: f[2].update(geometry=LINE), "feature 2: geometry: 'h1' must be a Point"),
    "line of one point": (
        lambda f: f[0].update(geometry={"type": "LineString", "coordinates": [[0, 0]]}),
        r"feature 0: .*geometry.coordinates",
    ),
    "latitude first": (
        lambda f: f[2].update(geometry={"type": "Point", "coordinates": [34.05, -118.25]}),
        r"feature 2: .*geometry.coordinates\[1\]",
    ),
    "longitude off the globe": (
        lambda f: f[2].update(geometry={"type": "Point", "coordinates": [181, 0]}),
        r"feature 2: .*geometry.coordinates\[0\]",
    ),
    "length missing": (lambda f: f[0]["properties"].pop("length_m"), r"feature 0: .*length_m"),
    "length zero": (lambda f: f[0]["properties"].update(length_m=0), r"feature 0: .*length_m"),
    "free flow missing": (lambda f: f[0]["properties"].pop("free_flow_kmh"), r"feature 0: .*free_flow_kmh"),
    "free flow zero": (lambda f: f[0]["properties"].update(free_flow_kmh=0), r"feature 0: .*free_flow_kmh"),
    "free flow of a jet": (
        lambda f: f[0]["properties"].update(free_flow_kmh=900),
        r"feature 0: .*free_flow_kmh",
    ),
    "neighbours missing": (lambda f: f[0]["properties"].pop("neighbours"), r"feature 0: .*neighbours"),
    "neighbours a text": (lambda f: f[0]["properties"].update(neighbours="r2"), r"feature 0: .*neighbours"),
    "no lanes": (lambda f: f[0]["properties"].update(lanes=0), r"feature 0: .*lanes"),
    "half a lane": (lambda f: f[0]["properties"].update(lanes=1.5), r"feature 0: .*lanes"),
    "sensor without road": (lambda f: f[3]["properties"].pop("road_id"), r"feature 3: .*road_id"),
    "not a feature": (lambda f: f.append({"type": "Road"}), r"feature 6: "),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_model_is_refused_with_feature_and_field(case: str) -> None:
    change, said = BAD[case]
    with pytest.raises(CityModelError) as caught:
        parse(changed(change))
    assert re.search(said, str(caught.value)), str(caught.value)


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b"\xff", b'{"type": "Feature", "features": []}'])
def test_what_is_no_collection_is_refused(text: bytes) -> None:
    with pytest.raises(CityModelError):
        parse(text)


def test_a_missing_file_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(CityModelError, match=r"city\.geojson: No such file.*city-simulator model --out"):
        load(tmp_path / "city.geojson")


def test_the_file_is_named_where_its_content_is_bad(tmp_path: Path) -> None:
    file = tmp_path / "city.geojson"
    file.write_bytes(changed(lambda features: features[1].update(id="r1")))
    with pytest.raises(CityModelError, match=r"city\.geojson: feature 1: id"):
        load(file)
