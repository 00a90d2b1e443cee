"""Settings of Airflow's part: as docs/airflow.md has them; what can't be used is named."""

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from batch.airflow.settings import DEFAULTS, SettingsError, passed_on, settings
from citystream.contracts import city_model
from tests.batch.lived import MODEL

PAGE = Path("docs/airflow.md").read_text()


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_setting_stands_in_the_table_with_its_default(name: str) -> None:
    default = f"`{DEFAULTS[name]}`" if DEFAULTS[name] else ""
    assert re.search(rf"^\| `{name}` \| ?{re.escape(default)} ?\|", PAGE, re.MULTILINE)


def test_commands_are_niced_and_bounded() -> None:
    assert settings({}).job("daily", "2026-11-27") == [
        *("nice", "-n", "10", "city-batch", "daily", "--date", "2026-11-27", "--threads", "2"),
        *("--memory", "2GB"),
    ]
    own = {
        "CITY_BATCH": "/app/city-batch",
        "CITY_BATCH_THREADS": "4",
        "CITY_BATCH_MEMORY": "6GB",
        "CITY_BATCH_SCRATCH": "/data",
        "CITY_BATCH_NICE": "19",
    }
    assert settings(own).job("run", "2026-11-27") == [
        *("nice", "-n", "19", "/app/city-batch", "run", "--date", "2026-11-27", "--threads", "4"),
        *("--memory", "6GB", "--scratch", "/data"),
    ]


def test_a_command_gets_none_of_airflow_s_secrets_and_not_its_modules() -> None:
    own = {"CITY_S3": "http://s3", "PATH": "/bin"}
    airflow = {"AIRFLOW__API_AUTH__JWT_SECRET": "s", "AIRFLOW_HOME": "/airflow", "PYTHONPATH": "/city"}
    assert passed_on(own | airflow) == own


def test_nothing_is_deleted_unless_it_was_asked_for() -> None:
    assert settings({}).retention()[3:] == ["city-batch", "retain", "--dry-run"]
    asked = settings({"CITY_RETAIN_VIEWS_DAYS": "730", "CITY_RETAIN_RAW_DAYS": "90"}).retention()
    assert asked[4:] == ["retain", "--views-days", "730", "--raw-days", "90"]


def test_a_setting_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "city_alert_webhook").write_text("https://chat.example/secret\n")
    folder = {"CITY_SECRETS_DIR": str(tmp_path)}
    assert settings(folder).webhook == "https://chat.example/secret"
    assert settings(folder | {"CITY_ALERT_WEBHOOK": "http://given"}).webhook == "http://given"
    (tmp_path / "city_alert_webhook").write_text("")
    assert settings(folder).webhook == ""


def test_the_zone_is_found_as_the_batch_layer_finds_it(tmp_path: Path) -> None:
    model = tmp_path / "city.geojson"
    model.write_bytes(city_model.dump(msgspec.structs.replace(MODEL, timezone="Europe/Berlin")))
    assert settings({}).zone == ZoneInfo("UTC")
    assert settings({"CITY_MODEL": str(model)}).zone == ZoneInfo("Europe/Berlin")
    both = {"CITY_MODEL": str(model), "CITY_TIMEZONE": "Asia/Tokyo"}
    assert settings(both).zone == ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"CITY_BATCH_THREADS": "two"}, "CITY_BATCH_THREADS is 'two': give a whole number from 1 on"),
        ({"CITY_RETAIN_RAW_DAYS": "0"}, "CITY_RETAIN_RAW_DAYS is '0'"),
        ({"CITY_TIMEZONE": "Berlin"}, "CITY_TIMEZONE is 'Berlin': give an IANA name"),
        ({"CITY_MODEL": "/nowhere.geojson"}, "CITY_MODEL can't be read"),
        ({"CITY_ALERT_WEBHOOK": "file:///etc/passwd"}, "CITY_ALERT_WEBHOOK is no URL"),
    ],
)
def test_a_setting_that_cant_be_used_is_named(environment: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        settings(environment)
