"""promtool, which judges alert rules."""

import pytest

from tests.compose import promtool as module


@pytest.fixture(scope="session")
def promtool() -> str:
    """Its path."""
    path = module.found()
    assert path is not None, "no promtool: make promtool"
    return path
