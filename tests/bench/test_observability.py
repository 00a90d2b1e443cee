"""The benchmark of metrics and logs compares all of them with none."""

import subprocess
import sys

import msgspec
import pytest

from bench.observability import FORMS, PAIRS
from tests.harness.patience import PATIENCE_S

pytestmark = pytest.mark.server


def test_both_forms_are_measured_and_only_half_of_the_runs_tell() -> None:
    # In a process of its own: it sets logging up for all of it.
    command = [sys.executable, "-m", "bench.observability", "--events", "400", "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    assert ended.returncode == 0, ended.stderr
    found = msgspec.json.decode(ended.stdout.splitlines()[-1])
    assert [one["form"] for one in found["forms"]] == list(FORMS)
    assert all(min(one["us_without"], one["us_with"]) > 0 for one in found["forms"])
    # A line of each run that tells, the first pair included: one of its kind in 10 s.
    assert found["lines"] == (PAIRS + 1) * len(FORMS)
