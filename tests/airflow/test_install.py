"""The environment is whole or absent, there at once the second time, and another one for another lock."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from batch.airflow import install as module
from batch.airflow.install import InstallError, cache, install, key

FAKE_UV = """#!/bin/sh
echo "$@" >>{log}
case $1 in
venv) for last; do :; done; mkdir -p "$last/bin"; stat -c "folder %i" "$last" >>{log} ;;
sync) {sync} ;;
esac
"""
SYNC = 'sleep 0.2; echo whole >"$UV_PROJECT_ENVIRONMENT/bin/python"'


@pytest.fixture
def uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Writes down what it is asked for, and makes a small environment."""
    return fake(tmp_path, monkeypatch, SYNC)


def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sync: str) -> Path:
    script, log = tmp_path / "bin" / "uv", tmp_path / "log"
    script.parent.mkdir(exist_ok=True)
    script.write_text(FAKE_UV.format(log=log, sync=sync))
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{script.parent}:/usr/bin:/bin")
    return log


def test_the_second_time_it_is_there(uv: Path, tmp_path: Path) -> None:
    first = install(tmp_path / "cache")
    asked = uv.read_text()
    assert "sync --quiet --frozen --project" in asked
    assert install(tmp_path / "cache") == first
    assert uv.read_text() == asked
    assert first.read_text() == "whole\n"


def test_two_at_once_get_the_same_whole_one(uv: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: install(tmp_path / "cache"), range(4)))
    (one,) = found
    assert one.read_text() == "whole\n"
    assert uv.read_text().count("sync") > 1
    # Moved in one step, when it was whole, and not copied.
    assert f"folder {one.parents[1].stat().st_ino}\n" in uv.read_text()
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_one_that_fails_leaves_nothing_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path, monkeypatch, "echo no such package >&2; exit 1")
    with pytest.raises(InstallError, match="uv sync failed:\nno such package"):
        install(tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_without_uv_it_says_where_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    with pytest.raises(InstallError, match="make install"):
        install(tmp_path / "cache")


def test_another_lock_is_another_environment() -> None:
    assert key(b"one") == key(b"one") != key(b"other")


def test_it_lies_in_the_user_s_cache_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/elsewhere")
    assert cache() == Path("/elsewhere/citystream")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache() == Path.home() / ".cache" / "citystream"
