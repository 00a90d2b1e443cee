"""What the overlays and services are made of, built once."""

import pytest

from tests.k8s.manifests import BASES, OVERLAYS, Json, builds

NAMES = [f"overlay {name}" for name in OVERLAYS] + [f"base {name}" for name in BASES]


@pytest.fixture(params=OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> str:
    """Each overlay's name."""
    name: str = request.param
    return name


@pytest.fixture(params=NAMES)
def built(request: pytest.FixtureRequest) -> tuple[Json, ...]:
    """All objects of each overlay, and of each service alone."""
    return builds()[request.param]
