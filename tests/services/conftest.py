"""The sixth service, from the documentation, beside the platform's own."""

from typing import Any

import pytest

from citystream.service import Service
from tests.services import documented
from tests.services.descriptions import SERVICES

SIXTH = "parking"


@pytest.fixture(scope="session")
def sixth(tmp_path_factory: pytest.TempPathFactory) -> Service[Any]:
    """The service that docs/own-data-type.md shows."""
    folder = tmp_path_factory.mktemp("sixth")
    documented.build(folder)
    return documented.load(folder)


@pytest.fixture(scope="session", params=[*SERVICES, SIXTH])
def service(request: pytest.FixtureRequest, sixth: Service[Any]) -> Service[Any]:
    """Each service, the documentation's included."""
    return {**SERVICES, SIXTH: sixth}[request.param]
