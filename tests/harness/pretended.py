"""Programs that only seem to be there, for tests of which one is taken."""

from pathlib import Path

import pytest


def nothing_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """No program on PATH, named or fetched."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv(variable, raising=False)


def program(path: Path, text: str = "exit 0") -> str:
    """A script at a path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)
