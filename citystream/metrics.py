"""Counts and shows what a worker does, in the metrics of the catalogue."""

import contextlib
import re
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge

from citystream.contracts import worker_metrics
from citystream.contracts.metric import PREFIX
from citystream.fold.fold import PartitionFold
from citystream.sinks.buffered import BufferedSink

MOST_WORDS = 50
WORD = re.compile(r"[a-z0-9_]{1,32}")
OTHER_WORDS = "(others)"


class Metrics:
    """All of a worker's, in one registry; names are those of the catalogue without their prefix."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        self._service = service
        self._counters: dict[str, Counter] = {}
        self._gauges: dict[str, Gauge] = {}
        self._told: defaultdict[tuple[str, ...], float] = defaultdict(float)
        """What counters that follow a total stand at."""
        for one in worker_metrics.METRICS:
            name = one.name.removeprefix(PREFIX)
            if one.kind == "counter":
                self._counters[name] = Counter(one.name, one.meaning, one.labels, registry=self.registry)
                if one.labels == ("service",):
                    self._counters[name].labels(service)
            else:
                self._gauges[name] = Gauge(one.name, one.meaning, one.labels, registry=self.registry)

    def count(self, name: str, amount: float = 1, **labels: str) -> None:
        """Add to a counter."""
        self._counters[name].labels(service=self._service, **labels).inc(amount)

    @contextlib.contextmanager
    def spending(self, role: str, activity: str) -> Iterator[None]:
        """Count the time of what is done within as an activity of a role."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.count("seconds_total", time.perf_counter() - started, role=role, activity=activity)

    def follow(self, name: str, total: float, **labels: str) -> None:
        """Let a counter stand at a total that is kept elsewhere and never falls."""
        key = (name, *labels.values())
        self.count(name, total - self._told[key], **labels)
        self._told[key] = total

    def show(self, name: str, value: float | None, **labels: str) -> None:
        """Set a gauge; None takes it away: what is not known has no series."""
        labels["service"] = self._service
        gauge = self._gauges[name]
        if value is None:
            gauge.remove_by_labels(labels)
        else:
            gauge.labels(**labels).set(value)


class StreamMetrics:
    """What the stream role counts, and where its second goes."""

    def __init__(self, metrics: Metrics) -> None:
        self.all = metrics
        self.totals = {"folded": 0, "late": 0, "duplicate": 0, "refused": 0}
        self._words: set[tuple[str, str]] = set()

    def folded(self, fold: PartitionFold[Any]) -> None:
        """Take a fold's counters over, and reset them."""
        counters = fold.counters
        for name, amount in (
            ("folded", counters.folded),
            ("late", counters.late),
            ("duplicate", counters.duplicates),
            ("refused", counters.refused),
        ):
            if amount:
                self.totals[name] += amount
                self.all.count(f"events_{name}_total", amount)
        tolerated, unlisted = fold.reader.take_tolerated()
        for form, events in tolerated.items():
            self.all.count("events_tolerated_total", events, form=form)
        for (field, word), events in unlisted.items():
            self.all.count("events_unlisted_total", events, field=field, word=self._named(field, word))
        counters.folded = counters.late = counters.duplicates = counters.refused = 0

    def _named(self, field: str, word: str) -> str:
        """The word itself, if it is one, and there are not too many of them."""
        if WORD.fullmatch(word) and len(self._words) < MOST_WORDS:
            self._words.add((field, word))
        return word if (field, word) in self._words else OTHER_WORDS

    def spent(self, activity: str, seconds: float) -> None:
        """Time of the stream role that went into one activity."""
        self.all.count("seconds_total", seconds, role="stream", activity=activity)

    def lost(self, records: int) -> None:
        self.all.count("records_lost_total", records)

    def checkpointed(self, seconds: float) -> None:
        self.all.count("checkpoints_total")
        self.spent("table", seconds)

    def checkpoint_failed(self) -> None:
        self.all.count("checkpoint_failures_total")

    def wrote(self, sink: BufferedSink) -> None:
        """Show a sink as it is after a flush."""
        show_sink(self.all, "stream", sink)


def show_sink(metrics: Metrics, role: str, sink: BufferedSink) -> None:
    """Show a role's sink as it is after a flush."""
    status = sink.status()
    metrics.count("seconds_total", sink.take_spent(), role=role, activity=sink.name)
    metrics.show("sink_up", float(status.state == "up"), sink=sink.name)
    metrics.show("sink_pending", status.pending, sink=sink.name)
    metrics.follow("sink_written_total", sink.written, sink=sink.name)
    metrics.follow("sink_dropped_total", sink.dropped, sink=sink.name)
