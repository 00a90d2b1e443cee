"""Which browser is taken."""

from pathlib import Path

import pytest

from tests.browser import chromium
from tests.harness.programs import NoProgramError


def browser(path: Path, code: int = 0) -> str:
    path.write_text(f"#!/bin/sh\nexit {code}\n")
    path.chmod(0o755)
    return str(path)


def test_a_named_one_goes_before_one_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    on_path = browser(tmp_path / "chromium")
    monkeypatch.delenv("CHROMIUM", raising=False)
    assert chromium.found() == on_path
    named = browser(tmp_path / "mine")
    monkeypatch.setenv("CHROMIUM", named)
    assert chromium.found() == named


def test_a_named_one_that_does_not_run_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "none"))
    with pytest.raises(NoProgramError, match="none is none that runs"):
        chromium.found()


def test_one_on_path_that_only_tells_of_another_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    browser(tmp_path / "chromium-browser", code=1)
    works = browser(tmp_path / "google-chrome")
    assert chromium.found() == works


def test_without_any_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(chromium, "FETCHED", tmp_path / "fetched")
    # No apt-get on this PATH, and nothing that Playwright could fetch from.
    monkeypatch.setenv("PLAYWRIGHT_DOWNLOAD_HOST", "http://127.0.0.1:9")
    with pytest.raises(NoProgramError, match="apt-get install chromium"):
        chromium.fetch()
