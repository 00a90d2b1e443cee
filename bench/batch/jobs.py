"""`city-batch`'s jobs as processes: how long each takes, its memory, and whether the day is right."""

import contextlib
import os
import subprocess
import sys
import time
from typing import NamedTuple

import psutil

from bench.batch.drawing import Tally
from citystream.contracts import manifest, s3_paths
from citystream.contracts.daily_view import batch_view
from citystream.contracts.manifest import Manifest
from citystream.contracts.reconciliation import RECONCILED_WINDOWS
from citystream.contracts.registry import EVENTS
from citystream.servers.connections import s3_client
from citystream.settings import Settings
from demo.environment import city_environment
from demo.servers.process import installed

THREADS = 2
MEMORY = "3GB"
SAMPLE_S = 0.2
MIB = 1 << 20


class JobError(Exception):
    """A command ended with a status other than 0."""


class Ran(NamedTuple):
    """One run of a command."""

    seconds: float
    peak_mb: float
    """RSS of the process and all that it started, at most."""


def job(settings: Settings, name: str, date: str) -> Ran:
    """Run a job of `city-batch` on a day of the settings' namespace.

    Raises:
        JobError: it did not end well.
    """
    limits = ["--threads", str(THREADS), "--memory", MEMORY]
    return timed(settings, [installed("city-batch"), name, "--date", date, *limits])


def timed(settings: Settings, command: list[str]) -> Ran:
    """Run a command that has the settings.

    Raises:
        JobError: it did not end well.
    """
    started, peak_mb = time.perf_counter(), 0.0
    # Stdout is the benchmark's own.
    child = subprocess.Popen(command, env={**os.environ, **city_environment(settings)}, stdout=sys.stderr)
    try:
        while child.poll() is None:
            peak_mb = max(peak_mb, _rss_mb(child.pid))
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(SAMPLE_S)
        seconds = time.perf_counter() - started
    finally:
        child.kill()
    if child.returncode:
        raise JobError(f"{' '.join(command)} ended with status {child.returncode}")
    return Ran(seconds, peak_mb)


def _rss_mb(pid: int) -> float:
    """RSS of a process and all below it; those that end meanwhile have none."""
    total = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        top = psutil.Process(pid)
        for one in (top, *top.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                total += one.memory_info().rss
    return total / MIB


async def published(settings: Settings, date: str) -> Manifest:
    """A day's manifest."""
    async with s3_client(settings) as s3:
        answer = await s3.get_object(
            Bucket=settings.s3_bucket, Key=s3_paths.manifest(settings.namespace, date)
        )
        return manifest.decode(await answer["Body"].read())


async def found(settings: Settings, date: str) -> Tally:
    """What the day's manifest says: `rows`, `duplicates` and `unreadable` of each type."""
    tally = Tally()
    for type_, one in (await published(settings, date)).compacted.items():
        tally[type_, "rows"] = one.rows
        tally[type_, "duplicates"] = one.duplicates
        tally[type_, "unreadable"] = sum(stored.rows for stored in one.unreadable)
    return tally


def differences(written: Tally, found: Tally) -> list[str]:
    """What of the day is not as it was written."""
    said = []
    for type_ in EVENTS:
        wanted = {kind: written[type_, kind] for kind in ("duplicates", "unreadable")}
        wanted["rows"] = written[type_, "events"] - sum(wanted.values())
        said += [
            f"{type_}: {count:,} {kind} were written, the manifest has {found[type_, kind]:,}"
            for kind, count in wanted.items()
            if found[type_, kind] != count
        ]
    return said


def drifting(day: Manifest, windows: int) -> list[str]:
    """What `reconcile` finds of a speed layer that has the very windows, which is nothing."""
    drift = day.jobs["reconcile"].drift_pct
    told = [f"{metric} drifts by {one} %" for metric, one in drift.items() if one]
    wrong = day.views[batch_view(RECONCILED_WINDOWS)].rows
    return told + ([f"{wrong} of {windows} windows are missing or differ"] if wrong else [])
