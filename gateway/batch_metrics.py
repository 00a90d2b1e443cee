"""Metrics `city_batch_*`: what the newest closed day's manifest says, for batch jobs end before a scrape.

They are made of it at each scrape, so what it does not name has no series. Without a day there are none.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from prometheus_client import REGISTRY, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from citystream.contracts import manifest as manifests
from citystream.contracts.manifest import Manifest
from gateway import private_file

# `job` is Prometheus's own label of whom it scrapes.
NAME = "name"


class DayMetrics(Collector):
    """Those of a day."""

    def __init__(self, day: Callable[[], Manifest | None]) -> None:
        """`day` gives the newest that is known."""
        self._day = day

    def collect(self) -> Iterable[Metric]:
        """All families; those without a sample have no series."""
        day = GaugeMetricFamily(
            "city_batch_day_timestamp_seconds",
            "End of the newest day that is over and published, Unix time.",
        )
        finished = GaugeMetricFamily(
            "city_batch_job_finished_timestamp_seconds",
            "When a job of that day ended last, Unix time.",
            labels=[NAME],
        )
        seconds = GaugeMetricFamily("city_batch_job_seconds", "How long it took.", labels=[NAME])
        rows = GaugeMetricFamily("city_batch_job_rows", "Rows that it wrote.", labels=[NAME])
        failed = GaugeMetricFamily(
            "city_batch_job_checks_failed",
            "Rules of quality that were broken on that day, or metrics that drift past the bound.",
            labels=[NAME],
        )
        drift = GaugeMetricFamily(
            "city_batch_drift_ratio",
            "What differs between speed and batch on that day without an explanation, 1 is all.",
            labels=["type", "metric"],
        )
        incomplete = GaugeMetricFamily(
            "city_batch_incomplete",
            "1 if the batch layer does not have all of that day's events of the type, else 0.",
            labels=["type"],
        )
        found = self._day()
        if found:
            day.add_metric([], found.end_ms / 1000)
            for type_, one in found.compacted.items():
                incomplete.add_metric([type_], bool(one.reasons))
            for name, job in found.jobs.items():
                finished.add_metric([name], job.finished_ms / 1000)
                seconds.add_metric([name], job.seconds)
                rows.add_metric([name], job.rows)
                failed.add_metric([name], job.checks_failed)
                for what, percent in job.drift_pct.items():
                    type_, _, metric = what.partition(".")
                    drift.add_metric([type_, metric], percent / 100)
        return [day, finished, seconds, rows, failed, drift, incomplete]


class Newest:
    """The newest day, where one process looks for it and is scraped."""

    def __init__(self) -> None:
        self.day: Manifest | None = None

    def told(self, day: Manifest | None) -> None:
        """Take it; None where none is published."""
        self.day = day


class DayFile:
    """The same between processes: one of several workers writes it, and the supervisor is scraped."""

    def __init__(self, folder: Path) -> None:
        """`folder`: that of their metrics, which ends with them."""
        self._file = folder / "newest-day.json"

    def write(self, day: Manifest | None) -> None:
        """Keep it; None where none is published."""
        if day is None:
            self._file.unlink(missing_ok=True)
        else:
            private_file.replace(self._file, manifests.encode(day))

    def read(self) -> Manifest | None:
        """What was kept last."""
        try:
            return manifests.decode(self._file.read_bytes())
        except FileNotFoundError:
            return None


NEWEST_DAY = Newest()
REGISTRY.register(DayMetrics(lambda: NEWEST_DAY.day))
