"""docs/gateway.md names everything that is there."""

from pathlib import Path

import pytest
from starlette.routing import Route

from citystream.contracts.daily_views import DAILY
from citystream.settings import Settings
from gateway.app import build
from gateway.settings import PREFIX, GatewaySettings

TEXT = (Path(__file__).parents[2] / "docs" / "gateway.md").read_text()


@pytest.mark.parametrize("name", list(GatewaySettings.model_fields))
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{PREFIX}{name.upper()}`" in TEXT


@pytest.mark.parametrize("name", list(DAILY))
def test_every_daily_view_is_documented_with_its_key(name: str) -> None:
    (row,) = (line for line in TEXT.splitlines() if line.startswith(f"| `{name}` |"))
    assert row.endswith(f"| {', '.join(f'`{column}`' for column in DAILY[name].key)} |")


async def test_every_route_is_documented() -> None:
    apps = build(Settings(), GatewaySettings(), 0)
    watched = [route.path for route in apps.operations.routes if isinstance(route, Route)]
    paths = [*apps.paths, *watched]
    assert len(paths) > 30
    for path in paths:
        assert f"`{path}`" in TEXT, path
