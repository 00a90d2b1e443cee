"""Metrics `city_batch_*`: what the newest closed day's manifest says, for batch jobs end before a scrape.

They are made of it at each scrape, so what it does not name has no series. Without a day there are none.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from prometheus_client import REGISTRY, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from citystream.contracts import manifest as manifests
from citystream.contracts.gateway_metrics import OF_NEWEST_DAY
from citystream.contracts.manifest import Manifest
from gateway import private_file


class DayMetrics(Collector):
    """Those of a day."""

    def __init__(self, day: Callable[[], Manifest | None]) -> None:
        """`day` gives the newest that is known."""
        self._day = day

    def collect(self) -> Iterable[Metric]:
        """All families; those without a sample have no series."""
        families = {
            one.name: GaugeMetricFamily(one.name, one.meaning, labels=one.labels) for one in OF_NEWEST_DAY
        }

        def show(name: str, value: float, *labels: str) -> None:
            families[f"city_batch_{name}"].add_metric(labels, value)

        found = self._day()
        if found:
            show("day_timestamp_seconds", found.end_ms / 1000)
            for type_, one in found.compacted.items():
                show("incomplete", bool(one.reasons), type_)
            for name, job in found.jobs.items():
                show("job_finished_timestamp_seconds", job.finished_ms / 1000, name)
                show("job_seconds", job.seconds, name)
                show("job_rows", job.rows, name)
                show("job_checks_failed", job.checks_failed, name)
                for what, percent in job.drift_pct.items():
                    type_, _, metric = what.partition(".")
                    show("drift_ratio", percent / 100, type_, metric)
        return families.values()


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
