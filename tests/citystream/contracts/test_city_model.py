"""A city model: a good one round-trips, a bad one is refused with the feature, the field and the reason."""

import copy
import re
import zoneinfo
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from citystream.contracts.city_model import CityModelError, dump, load, parse, zone_of

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


def named(**members: Any) -> bytes:
    """The good model with members beside its features."""
    return msgspec.json.encode({**GOOD, **members})


def classed(**properties: Any) -> bytes:
    """The good model with more properties of its first road."""
    return changed(lambda features: features[0]["properties"].update(properties))


def test_a_model_without_what_may_be_left_out_loads_and_is_written_without_it() -> None:
    model = parse(msgspec.json.encode(GOOD))
    assert (model.name, model.timezone) == (None, None)
    assert {(road.class_, road.area) for road in model.roads.values()} == {(None, None)}
    written = msgspec.json.decode(dump(model))
    assert set(written) == {"type", "features"}
    known = {"kind", "length_m", "free_flow_kmh", "neighbours", "name", "lanes"}
    assert [set(one["properties"]) for one in written["features"][:2]] == [known, known]


def test_the_citys_name_and_time_zone_round_trip() -> None:
    model = parse(named(name="Springfield", timezone="America/Los_Angeles"))
    assert (model.name, model.timezone) == ("Springfield", "America/Los_Angeles")
    assert parse(dump(model)) == model
    written = msgspec.json.decode(dump(model))
    assert (written["name"], written["timezone"]) == ("Springfield", "America/Los_Angeles")


def test_a_roads_class_and_area_round_trip() -> None:
    model = parse(classed(**{"class": "arterial", "area": "north"}))
    assert (model.roads["r1"].class_, model.roads["r1"].area) == ("arterial", "north")
    assert parse(dump(model)) == model
    first, second = (one["properties"] for one in msgspec.json.decode(dump(model))["features"][:2])
    assert (first["class"], first["area"]) == ("arterial", "north")
    assert not {"class", "area"} & set(second)


def test_null_is_as_if_it_were_left_out() -> None:
    assert parse(named(name=None, timezone=None)) == parse(msgspec.json.encode(GOOD))
    assert parse(classed(**{"class": None, "area": None})) == parse(msgspec.json.encode(GOOD))


@pytest.mark.parametrize("length", [1, 100])
def test_names_classes_and_areas_may_have_1_to_100_characters(length: int) -> None:
    text = "ü" * length
    assert parse(named(name=text)).name == text
    road = parse(classed(**{"class": text, "area": text})).roads["r1"]
    assert (road.class_, road.area) == (text, text)


@pytest.mark.parametrize("number", range(2, 6))
def test_only_a_road_has_a_class_and_an_area(number: int) -> None:
    more = {"class": "arterial", "area": "north"}
    model = parse(changed(lambda features: features[number]["properties"].update(more)))
    assert model == parse(msgspec.json.encode(GOOD))
    assert not set(more) & set(msgspec.json.decode(dump(model))["features"][number]["properties"])


@pytest.mark.parametrize("name", ["", "x" * 101, 7])
def test_a_city_name_that_is_no_name_is_refused(name: str | int) -> None:
    with pytest.raises(CityModelError, match=r"Expected `str.*at `\$\.name`"):
        parse(named(name=name))


# Some are folders or files of the zones' database, or lead there by another way.
NO_ZONES = [
    "",
    "Berlin",
    "Europe",
    "Europe/",
    "europe/berlin",
    " Europe/Berlin",
    "Europe//Berlin",
    "Europe/../Europe/Berlin",
    "../x",
    ".",
    "/etc/localtime",
    "/usr/share/zoneinfo/Europe/Berlin",
    "posix/Europe/Berlin",
    "localtime",
    "zone.tab",
    "+02:00",
    "Europe/Berlin\0",
    "x" * 300,
]


@pytest.mark.parametrize("name", NO_ZONES)
def test_what_is_no_time_zone_is_refused_with_member_and_reason(name: str) -> None:
    with pytest.raises(CityModelError) as caught:
        parse(named(timezone=name))
    assert str(caught.value) == f"timezone: {name!r} is no IANA time zone such as Europe/Berlin"


def test_a_time_zone_that_is_no_text_is_refused_by_name() -> None:
    with pytest.raises(CityModelError, match=r"`\$\.timezone`"):
        parse(named(timezone=1))


@pytest.fixture
def _no_zones_of_the_system() -> Iterator[None]:
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()
    yield
    zoneinfo.reset_tzpath()


@pytest.mark.usefixtures("_no_zones_of_the_system")
def test_time_zones_are_known_on_a_system_that_has_none() -> None:
    model = parse(named(timezone="Europe/Berlin"))
    assert zone_of(model, None).key == "Europe/Berlin"
    assert zone_of(None, None).key == "UTC"


@pytest.mark.parametrize(
    ("of_the_model", "override", "zone"),
    [
        ("Europe/Berlin", "Asia/Tokyo", "Asia/Tokyo"),
        ("Europe/Berlin", None, "Europe/Berlin"),
        (None, "Asia/Tokyo", "Asia/Tokyo"),
        (None, None, "UTC"),
    ],
)
def test_the_override_goes_before_the_models_zone_and_that_before_utc(
    of_the_model: str | None, override: str | None, zone: str
) -> None:
    assert zone_of(parse(named(timezone=of_the_model)), override).key == zone


@pytest.mark.parametrize(("override", "zone"), [("Asia/Tokyo", "Asia/Tokyo"), (None, "UTC")])
def test_without_a_model_the_zone_is_the_override_or_utc(override: str | None, zone: str) -> None:
    assert zone_of(None, override).key == zone


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
    "class empty": (lambda f: f[0]["properties"].update({"class": ""}), r"feature 0: .*properties\.class"),
    "class too long": (
        lambda f: f[0]["properties"].update({"class": "x" * 101}),
        r"feature 0: .*properties\.class",
    ),
    "class a number": (lambda f: f[0]["properties"].update({"class": 1}), r"feature 0: .*properties\.class"),
    "area empty": (lambda f: f[0]["properties"].update(area=""), r"feature 0: .*properties\.area"),
    "area too long": (lambda f: f[0]["properties"].update(area="x" * 101), r"feature 0: .*properties\.area"),
    "area a number": (lambda f: f[0]["properties"].update(area=1), r"feature 0: .*properties\.area"),
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
