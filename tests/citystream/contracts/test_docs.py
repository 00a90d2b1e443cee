"""The documents name every setting, key, view and column, and none that is not there."""

import re
import sys
from pathlib import Path
from typing import Any, get_origin

import msgspec
import pyarrow as pa
import pytest
from pydantic import SecretStr
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from batch import columns, compact, folding, staging
from batch.airflow import settings as airflow_settings
from citystream.archive import parquet
from citystream.contracts import (
    city_model,
    forecast,
    indices,
    manifest,
    redis_keys,
    s3_paths,
    schemas,
    topics,
)
from citystream.contracts import gps as gps_contract
from citystream.contracts.forecast import Ahead, Errors, HorizonScores, ModelReport, RoadForecast, Scores
from citystream.contracts.metrics import CATALOGUE
from citystream.contracts.registry import EVENTS
from citystream.contracts.status import ProcessStatus, SinkStatus
from citystream.secrets import VARIABLE as SECRETS_DIR
from citystream.service import Latest, Service, Windows
from citystream.settings import Settings
from gateway.settings import PREFIX as GATEWAY_PREFIX
from gateway.settings import GatewaySettings
from services.camera import aggregate as camera
from services.emergency import aggregate as emergency
from services.gps import aggregate as gps
from services.traffic import aggregate as traffic
from services.weather import aggregate as weather

CONTRACTS = Path("docs/contracts.md").read_text()
OPERATIONS = Path("docs/operations.md").read_text()
GATEWAY = Path("docs/gateway.md").read_text()
# `city_batch_*` is all of them, and `city_client` a package of the example.
METRIC = re.compile(r"\bcity_(?!client\b)[a-z_]+[a-z]\b(?!_?\*)")
PAGES = sorted([*Path().glob("*.md"), *Path("docs").rglob("*.md"), *Path("compose").glob("*.md")])


def documented(settings: type[BaseSettings], prefix: str) -> list[tuple[str, str]]:
    """Variable and default, as the table has them."""
    found = []
    for name, field in settings.model_fields.items():
        default = field.default
        assert default is not PydanticUndefined
        assert not isinstance(default, SecretStr), f"{name} has a default secret"
        text = "" if default is None or default == () else str(default)
        if isinstance(default, bool):
            text = text.lower()
        elif isinstance(default, float):
            text = f"{default:g}"
        found.append((f"{prefix}{name.upper()}", f"`{text}`" if text else ""))
    return found


SETTINGS = documented(Settings, "CITY_") + documented(GatewaySettings, GATEWAY_PREFIX)


@pytest.mark.parametrize(("variable", "default"), SETTINGS)
def test_a_setting_stands_in_the_table_with_its_default(variable: str, default: str) -> None:
    row = re.search(rf"^\| `{variable}` \| ?(.*?) ?\|", OPERATIONS, re.MULTILINE)
    assert row, f"docs/operations.md has no row for {variable}"
    assert row[1] == default


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_names_no_setting_that_is_not_there(page: Path) -> None:
    named = set(re.findall(r"\bCITY_[A-Z][A-Z0-9_]*[A-Z0-9]\b", page.read_text()))
    assert named <= {variable for variable, _ in SETTINGS} | set(airflow_settings.DEFAULTS) | {SECRETS_DIR}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_links_only_to_what_is_there(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), f"{page} links to {target}"


def keys() -> list[str]:
    ns, type_, view, key = "<ns>", "<type>", "<view>", "<key>"
    tagged = (
        redis_keys.page(ns, type_, view, key, 0).replace(":0:", ":<hour>:"),
        redis_keys.live(ns, type_, view, key),
        redis_keys.latest(ns, type_, view, key),
        redis_keys.index(ns, type_, view, 0),
        redis_keys.places(ns, type_, view, 0),
    )
    return [
        *(re.sub(r"^\{<ns>:<type>:\d\d\}", "{tag}", one) for one in tagged),
        redis_keys.partitions(ns, type_),
        redis_keys.whole_from(ns, type_),
        redis_keys.sentinel(ns, type_),
        redis_keys.status(ns, "<process>", "<instance>"),
        redis_keys.changes(ns, type_),
    ]


@pytest.mark.parametrize("key", keys())
def test_a_redis_key_stands_in_the_table(key: str) -> None:
    assert f"| `{key}` |" in CONTRACTS


@pytest.mark.parametrize(
    ("value", "digits"),
    [
        ("page", [redis_keys.OFFSET_DIGITS]),
        ("live", [redis_keys.TIME_DIGITS, redis_keys.OFFSET_DIGITS]),
        ("latest", [redis_keys.TIME_DIGITS, redis_keys.PARTITION_DIGITS, redis_keys.OFFSET_DIGITS]),
    ],
)
def test_the_digits_of_versions_are_told(value: str, digits: list[int]) -> None:
    assert re.search(rf"^\| `{value}` \|.*\| {re.escape(' + '.join(map(str, digits)))} \|$", CONTRACTS, re.M)


def test_times_to_live_are_told() -> None:
    assert (gps_contract.TTL_S, redis_keys.AGGREGATE_TTL_S) == (24 * 3600, 7 * 24 * 3600)
    assert "24 hours for gps, 7 days for the others" in CONTRACTS
    assert f"| {redis_keys.STATUS_TTL_S} s |" in CONTRACTS


SERVICES: list[Service[Any]] = [
    gps.service(None),
    traffic.service(None),
    emergency.service(None),
    weather.SERVICE,
    camera.service(None),
]


def rows(service: Service[Any]) -> list[str]:
    """The rows of a service's views, made from the views themselves."""
    event = msgspec.convert(schemas.json_schema(service.name, service.event)["examples"][0], service.event)
    found = []
    for view in service.views:
        (key,) = (
            name
            for name in service.event.__struct_fields__
            if name.endswith("_id") and getattr(event, name) == view.key(event)
        )
        kind = type(view).__name__.lower()
        value = "the event" if isinstance(view, Latest) else f"`{view.state.__name__}`"
        window = f"{view.window_s // 60} min" if isinstance(view, Windows) else ""
        ttl = "24 h" if view.ttl_s == 86_400 else f"{view.ttl_s // 86_400} d"
        cells = (service.name, f"`{view.name}`", kind, f"`{key}`", value, window, ttl)
        found.append("|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|")
    return found


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_services_views_stand_in_the_table(service: Service[Any]) -> None:
    for row in rows(service):
        assert row in CONTRACTS


def test_every_view_belongs_to_a_service() -> None:
    assert {service.name for service in SERVICES} == set(EVENTS)
    for service in SERVICES:
        contract = vars(sys.modules[service.event.__module__])
        named = {contract[name] for name in ("WINDOWS", "LATEST", "THINGS") if name in contract}
        assert {view.name for view in service.views} == named
        lengths = [contract["WINDOW_S"]] if "WINDOW_S" in contract else []
        assert [view.window_s for view in service.windows] == lengths


def told_fields(type_: str) -> dict[str, str]:
    """An event's own fields, as the table has them, and which may be missing."""
    row = re.search(rf"^\| \[{type_}\]\(schemas/{type_}\.schema\.json\) \| (.*) \|$", CONTRACTS, re.M)
    assert row
    return dict(re.findall(r"`(\w+)`(\??)", row[1]))


@pytest.mark.parametrize("type_", EVENTS)
def test_an_events_fields_stand_in_the_table(type_: str) -> None:
    told = told_fields(type_)
    fields = [
        one for one in msgspec.structs.fields(EVENTS[type_]) if one.name not in ("event_id", "timestamp")
    ]
    assert told == {one.name: "" if one.required else "?" for one in fields}


def batch_object(prefix: str, name: str, folder: str = "") -> str:
    """An object of the batch layer."""
    hour = s3_paths.hour_prefix(f"{s3_paths.version_prefix(prefix, '<version>')}{folder}", 0)
    return hour.replace("1970-01-01", "<YYYY-MM-DD>").replace("hour=00", "hour=<HH>") + name


@pytest.mark.parametrize(
    "name",
    [
        topics.source("<ns>", "<type>"),
        topics.dead_letters("<ns>", "<type>"),
        topics.changelog("<ns>", "<type>"),
        topics.app_id("<ns>", "<type>"),
        topics.archive_group("<ns>", "<type>"),
        indices.states("<ns>", "<type>", "<view>"),
        indices.windows("<ns>", "<type>", "<view>", 0).replace("1970.01", "<YYYY.MM>"),
        s3_paths.raw_prefix("<ns>", "<type>")
        + "date=<YYYY-MM-DD>/hour=<HH>/<partition>-<first offset>.parquet",
        s3_paths.manifest("<ns>", "<YYYY-MM-DD>"),
        batch_object(s3_paths.compacted_prefix("<ns>", "<type>"), f"{compact.EVENTS}.parquet"),
        batch_object(
            s3_paths.compacted_prefix("<ns>", "<type>"),
            f"{s3_paths.UNREADABLE}-<number>.parquet",
            f"{s3_paths.UNREADABLE}/",
        ),
        batch_object(
            s3_paths.compacted_prefix("<ns>", "<type>"),
            f"{compact.EVENTS}-<number>.parquet",
            f"{s3_paths.STRAY}/",
        ),
        batch_object(
            s3_paths.view_prefix("<ns>", manifest.windows_view("<type>", "<view>")), "windows.parquet"
        ),
        s3_paths.FIRST_OFFSET,
        s3_paths.LAST_OFFSET,
        s3_paths.FIRST_TIMESTAMP_MS,
        s3_paths.FOLLOWS_OFFSET,
        *parquet.SCHEMA.names,
        *ProcessStatus.__struct_fields__,
        *SinkStatus.__struct_fields__,
    ],
)
def test_a_name_stands_in_the_contracts(name: str) -> None:
    assert f"`{name}`" in CONTRACTS


JSON_TYPES = {str: "string", int: "integer", float: "number", dict: "object", list: "list"}


@pytest.mark.parametrize(
    ("of", "struct"),
    [
        ("day", manifest.Manifest),
        ("type", manifest.Compacted),
        ("view", manifest.BatchView),
        ("job", manifest.Job),
        ("object", manifest.Stored),
    ],
)
def test_a_manifests_fields_stand_in_the_table(of: str, struct: type[msgspec.Struct]) -> None:
    told = re.findall(rf"^\| {of} \| `(\w+)` \| (\w+) \|", CONTRACTS, re.M)
    fields = msgspec.structs.fields(struct)
    assert told == [(one.name, JSON_TYPES[get_origin(one.type) or one.type]) for one in fields]


def section(heading: str) -> str:
    """What stands below one heading."""
    (text,) = re.findall(rf"^### {heading}$(.*?)^##", CONTRACTS, re.M | re.S)
    return str(text)


@pytest.mark.parametrize(
    ("heading", "schema"),
    [
        ("Raw events", parquet.SCHEMA),
        ("Compacted events", columns.ORIGIN),
        ("Unreadable records", staging.UNREADABLE),
        ("Windows views", folding.SCHEMA),
    ],
)
def test_an_objects_columns_stand_in_their_table(heading: str, schema: pa.Schema) -> None:
    text = section(heading)
    told = re.findall(r"^\| `(\w+)`(\??) \| (.*?) \|", text, re.M)
    assert [(name, type_) for name, _, type_ in told] == [
        (field.name, "timestamp, UTC" if field.type == columns.TIME else str(field.type)) for field in schema
    ]
    if "? may be null" in text:
        assert [mark for _, mark, _ in told] == ["?" if field.nullable else "" for field in schema]


@pytest.mark.parametrize("type_", EVENTS)
def test_an_event_is_compacted_into_the_fields_of_its_row(type_: str) -> None:
    own = columns.own_columns(EVENTS[type_])
    assert own.names == list(told_fields(type_))
    kinds = {str(field.type) for field in own if not pa.types.is_struct(field.type)}
    assert kinds <= set(re.findall(r"\bas (\w+)", section("Compacted events")))
    structs = {field.name for field in own if pa.types.is_struct(field.type)}
    assert structs == ({"counts"} if type_ == "camera" else set())


@pytest.mark.parametrize(
    "settings", [topics.SOURCE_SETTINGS, topics.DEAD_LETTER_SETTINGS, topics.changelog_settings("gps")]
)
def test_a_topics_settings_are_told(settings: dict[str, str]) -> None:
    for name in settings:
        assert f"`{name}" in CONTRACTS


@pytest.mark.parametrize("properties", msgspec.inspect.multi_type_info(city_model.Properties.__args__))
def test_a_kind_of_the_city_model_stands_in_the_table(properties: msgspec.inspect.StructType) -> None:
    row = re.search(rf"^\| `{properties.tag}` \| \w+ \| (.*) \|$", CONTRACTS, re.M)
    assert row
    told = dict(re.findall(r"`(\w+)`(\??)", row[1]))
    assert told == {field.name: "" if field.required else "?" for field in properties.fields}


def test_only_metrics_that_are_kept_are_named() -> None:
    for text in (OPERATIONS, GATEWAY, Path("compose/prometheus/alerts.yml").read_text()):
        assert set(METRIC.findall(text)) <= set(CATALOGUE)


def test_forecasts_are_told() -> None:
    (text,) = re.findall(r"^## Forecasts$(.*?)^## ", CONTRACTS, re.M | re.S)
    for struct in (RoadForecast, Ahead, ModelReport, HorizonScores, Scores, Errors):
        for name in struct.__struct_fields__:
            assert f"`{name}`" in text, name
    for view in (forecast.ROADS, forecast.MODELS):
        assert re.search(rf"^\| `{view}` \|.*\| {forecast.TTL_S // 3600} h \|$", text, re.M)
    (example,) = re.findall(r"```json\n(.*?)```", text, re.S)
    made = RoadForecast("road-7", 1_795_852_800_000, 41.5, 1_795_852_800_000, (Ahead(5, 40.2, 33.1, 46.0),))
    assert msgspec.json.decode(example) == forecast.document(made)
