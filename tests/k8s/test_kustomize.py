"""Which kustomize is taken."""

from pathlib import Path

import pytest

from tests.harness import go
from tests.harness.pretended import nothing_is_there, program
from tests.harness.programs import NoProgramError
from tests.k8s import kustomize


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing_is_there(tmp_path, monkeypatch, "KUSTOMIZE")


def takes_version(path: Path) -> str:
    """As kustomize does, which has no `--version`."""
    return program(path, 'test "$1" = version')


def test_a_named_one_goes_before_one_on_path_and_that_before_a_fetched_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = takes_version(kustomize.fetched())
    assert kustomize.found() == fetched
    on_path = takes_version(tmp_path / "kustomize")
    assert kustomize.found() == on_path
    named = takes_version(tmp_path / "mine")
    monkeypatch.setenv("KUSTOMIZE", named)
    assert kustomize.found() == named


def test_one_is_built_whole_by_the_wheels_go_where_the_one_on_path_is_too_old(tmp_path: Path) -> None:
    program(tmp_path / "nice", 'exec "$@"')
    program(tmp_path / "go", "echo requires go >= 1.27.0 >&2; exit 1")
    program(go.site() / "go/bin/go", "echo '#!/bin/sh' > $GOBIN/kustomize; /bin/chmod +x $GOBIN/kustomize")
    assert kustomize.fetch() == str(kustomize.fetched())
    assert sorted(kustomize.fetched().parent.iterdir()) == sorted([kustomize.fetched(), go.site()])


def test_without_any_the_error_says_what_failed_and_what_to_do(tmp_path: Path) -> None:
    program(tmp_path / "uv", "echo no network >&2; exit 1")
    with pytest.raises(NoProgramError, match="no network"):
        kustomize.fetch()
    assert not list(kustomize.fetched().parent.iterdir())
