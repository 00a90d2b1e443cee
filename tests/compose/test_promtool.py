"""Which promtool is taken."""

from pathlib import Path

import pytest

from tests.compose import promtool
from tests.harness.pretended import nothing_is_there, program
from tests.harness.programs import NoProgramError


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing_is_there(tmp_path, monkeypatch, "PROMTOOL")


def test_a_named_one_goes_before_one_on_path_and_that_before_a_fetched_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = program(promtool.fetched())
    assert promtool.found() == fetched
    on_path = program(tmp_path / "promtool")
    assert promtool.found() == on_path
    named = program(tmp_path / "mine")
    monkeypatch.setenv("PROMTOOL", named)
    assert promtool.found() == named


def test_a_named_one_that_does_not_run_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMTOOL", program(tmp_path / "broken", "exit 1"))
    with pytest.raises(NoProgramError, match="broken is none that runs"):
        promtool.found()


def test_one_is_fetched_whole(tmp_path: Path) -> None:
    program(tmp_path / "apt-get", ": > prometheus.deb")
    program(
        tmp_path / "dpkg-deb",
        "PATH=/usr/bin:/bin; mkdir -p usr/bin; cd usr/bin; echo '#!/bin/sh' > promtool; chmod +x promtool",
    )
    assert promtool.fetch() == str(promtool.fetched())
    assert list(promtool.fetched().parent.iterdir()) == [promtool.fetched()]


def test_without_any_the_error_says_what_failed_and_what_to_install(tmp_path: Path) -> None:
    program(tmp_path / "go", "echo no network >&2; exit 1")
    with pytest.raises(NoProgramError, match=r"(?s)no network.*apt-get install prometheus"):
        promtool.fetch()
    assert list(promtool.fetched().parent.iterdir()) == []
