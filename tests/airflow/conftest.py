"""Airflow's environment, of the user's cache folder."""

from pathlib import Path

import pytest

from batch.airflow.install import cache, install


@pytest.fixture(scope="session")
def airflow_python() -> Path:
    """Airflow's own Python."""
    return install(cache())
