"""Settings that a server or a library would refuse are refused before, by name."""

from collections.abc import Callable
from pathlib import Path

import pytest

from citystream.log.admin import create_topics
from citystream.settings import SettingsError, load, secret
from gateway.settings import load as load_gateway
from tests.conftest import MakeSettings
from tests.rules.running import owner
from tests.services.descriptions import SERVICES


@pytest.mark.parametrize(
    ("seconds", "reason"), [("5.9", "greater than or equal to 6"), ("90.1", "less than or equal to 90")]
)
def test_a_session_that_is_too_short_or_too_long_is_named(
    monkeypatch: pytest.MonkeyPatch, seconds: str, reason: str
) -> None:
    monkeypatch.setenv("CITY_KAFKA_SESSION_TIMEOUT_S", seconds)
    with pytest.raises(SettingsError, match=f"^CITY_KAFKA_SESSION_TIMEOUT_S: .*{reason}$"):
        load()


@pytest.mark.parametrize("name", ["Berlin", "Europe", "../x", "/etc/localtime", "localtime"])
def test_a_time_zone_that_is_none_is_named_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("CITY_TIMEZONE", name)
    with pytest.raises(
        SettingsError, match=f"^CITY_TIMEZONE: .*'{name}' is no IANA time zone such as Europe/Berlin$"
    ):
        load()


@pytest.mark.parametrize(("given", "taken"), [("Europe/Berlin", "Europe/Berlin"), ("UTC", "UTC"), ("", None)])
def test_a_time_zone_is_taken_and_an_empty_one_is_none(
    monkeypatch: pytest.MonkeyPatch, given: str, taken: str | None
) -> None:
    monkeypatch.setenv("CITY_TIMEZONE", given)
    assert load().timezone == taken


def test_the_time_zone_is_unset_by_default() -> None:
    assert load().timezone is None


async def test_a_worker_starts_with_the_longest_session(settings: MakeSettings) -> None:
    own = settings(partitions=1, kafka_session_timeout_s=90)
    await create_topics(own, ["traffic"])
    async with owner(SERVICES["traffic"], own) as one:
        assert list(one.stream.parts) == [0]


def test_a_form_of_log_lines_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITY_LOG", "xml")
    with pytest.raises(SettingsError, match=r"^CITY_LOG: .*'text' or 'json'$"):
        load()


def test_a_setting_may_stand_in_a_file_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "city_redis_password").write_text("from a file\n")
    (tmp_path / "CITY_S3_BUCKET").write_text("archive")
    (tmp_path / "city_gateway_session_key").write_text("k" * 64)
    (tmp_path / "somebody_elses").write_text("x")
    monkeypatch.setenv("CITY_SECRETS_DIR", str(tmp_path))
    assert (secret(load().redis_password), load().s3_bucket) == ("from a file", "archive")
    assert secret(load_gateway().session_key) == "k" * 64


def test_the_environment_comes_before_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "city_s3_bucket").write_text("archive")
    monkeypatch.setenv("CITY_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("CITY_S3_BUCKET", "mine")
    assert load().s3_bucket == "mine"


def test_what_a_file_holds_is_checked_like_any_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "city_partitions").write_text("many")
    monkeypatch.setenv("CITY_SECRETS_DIR", str(tmp_path))
    with pytest.raises(SettingsError, match=r"^CITY_PARTITIONS: .*valid integer"):
        load()


@pytest.mark.parametrize("asked", [load, load_gateway])
def test_a_folder_of_secrets_that_is_not_there_is_named(
    asked: Callable[[], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITY_SECRETS_DIR", str(tmp_path / "none"))
    with pytest.raises(SettingsError, match=r"^CITY_SECRETS_DIR: .*/none can't be read: No such file"):
        asked()
