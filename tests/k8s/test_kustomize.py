"""Which kustomize is taken."""

from pathlib import Path

import pytest

from tests.harness import go
from tests.harness.programs import NoProgramError
from tests.k8s import kustomize


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing on PATH, named or fetched."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("KUSTOMIZE", raising=False)


def program(path: Path, text: str = 'test "$1" = version') -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_a_named_one_goes_before_one_on_path_and_that_before_a_fetched_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = program(kustomize.fetched())
    assert kustomize.found() == fetched
    on_path = program(tmp_path / "kustomize")
    assert kustomize.found() == on_path
    named = program(tmp_path / "mine")
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
