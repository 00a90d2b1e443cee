"""Every metric of a service process: its name, unit, labels and meaning.

`docs/metrics.md` is made from this file: `python -m citystream.metrics > docs/metrics.md`.
"""

import re
import sys
from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge

from citystream.fold.fold import PartitionFold
from citystream.sinks.buffered import BufferedSink

Labels = tuple[str, ...]

COUNTERS: Mapping[str, tuple[Labels, str]] = {
    "events_folded_total": (("service",), "Events folded into states."),
    "events_late_total": (("service",), "Events that came after their window had closed for good."),
    "events_duplicate_total": (("service",), "Events dropped because their id was seen."),
    "events_refused_total": (("service",), "Events that became dead letters."),
    "events_tolerated_total": (
        ("service", "form"),
        "Events taken though they were not clean; the forms are in [contracts.md](contracts.md).",
    ),
    "events_unlisted_total": (
        ("service", "field", "word"),
        "Words met that are in no list, so that the field is read as `other` or `unknown`. Free text, and "
        "what comes after the first 50 words, is `(others)`.",
    ),
    "records_lost_total": (("service",), "Records that retention took before they were folded."),
    "records_archived_total": (("service",), "Records written to S3."),
    "archive_objects_total": (("service",), "Objects written to S3."),
    "archive_failures_total": (("service",), "Objects that S3 did not take; tried again."),
    "checkpoints_total": (("service",), "Checkpoints done."),
    "checkpoint_failures_total": (("service",), "Partitions' checkpoints that failed; tried again."),
    "seconds_total": (
        ("service", "role", "activity"),
        "Where time goes. Of the stream role's chunks: `poll` (waiting for one), `decode` (estimated from a "
        "sample of each chunk), `fold`, `paused` (waiting for a sink); these four make a second. Of its "
        "clocks, which run while chunks are waited for: `table` (checkpoint), `redis`, `elasticsearch`. Of "
        "the archive role: `encode`, `s3`.",
    ),
}

GAUGES: Mapping[str, tuple[Labels, str]] = {
    "lag_records": (("service", "role"), "Records between what is done and the log's end."),
    "partitions": (("service", "role"), "Partitions owned."),
    "kafka_up": (("service", "role"), "1 while Kafka answers within 5 s, else 0."),
    "kafka_answer_seconds": (("service", "role"), "How long its last answer to a small question took."),
    "archive_lag_seconds": (("service",), "Age of the oldest record that is not in S3."),
    "archive_retention_used_ratio": (
        ("service",),
        "That age as a part of the topic's `retention.ms`; at 1 Kafka deletes what is not in S3.",
    ),
    "paused_partitions": (
        ("service", "role", "cause"),
        "Partitions not read. `dead_letters`: until an operator resumes them; `buffer_full`: until S3 takes "
        "more.",
    ),
    "states": (("service",), "States held in memory."),
    "watermark_seconds": (("service",), "Lowest watermark of the partitions owned, epoch seconds."),
    "freshness_seconds": (("service",), "Median age of the last events published."),
    "sink_up": (("service", "sink"), "1 while the sink takes writes, 0 while its breaker is open."),
    "sink_pending": (("service", "sink"), "Values waiting for a sink."),
    "sink_written": (("service", "sink"), "Values a sink has taken."),
    "sink_dropped": (("service", "sink"), "Values given up because more than the bound were waiting."),
}

PREFIX = "city_"

MOST_WORDS = 50
WORD = re.compile(r"[a-z0-9_]{1,32}")
OTHER_WORDS = "(others)"


class Metrics:
    """All of the catalogue, in one registry."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        self._service = service
        self._counters = {
            name: Counter(PREFIX + name, meaning, labels, registry=self.registry)
            for name, (labels, meaning) in COUNTERS.items()
        }
        self._gauges = {
            name: Gauge(PREFIX + name, meaning, labels, registry=self.registry)
            for name, (labels, meaning) in GAUGES.items()
        }
        for name, (labels, _) in COUNTERS.items():
            if labels == ("service",):
                self._counters[name].labels(service)

    def count(self, name: str, amount: float = 1, **labels: Any) -> None:
        """Add to a counter of the catalogue."""
        self._counters[name].labels(service=self._service, **labels).inc(amount)

    def show(self, name: str, value: float, **labels: Any) -> None:
        """Set a gauge of the catalogue."""
        self._gauges[name].labels(service=self._service, **labels).set(value)


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
        status = sink.status()
        self.spent(sink.name, sink.take_spent())
        self.all.show("sink_up", float(status.state == "up"), sink=sink.name)
        self.all.show("sink_pending", status.pending, sink=sink.name)
        self.all.show("sink_written", sink.written, sink=sink.name)
        self.all.show("sink_dropped", sink.dropped, sink=sink.name)


def page() -> str:
    """The catalogue as `docs/metrics.md`."""
    rows = [
        f"| `{PREFIX}{name}` | {kind} | {', '.join(f'`{label}`' for label in labels)} | {meaning} |"
        for kind, catalogue in (("counter", COUNTERS), ("gauge", GAUGES))
        for name, (labels, meaning) in catalogue.items()
    ]
    head = (
        "# Metrics of the services\n\n"
        "Each worker serves these on `/metrics` of its health port. The gateway's are in "
        "[gateway.md](gateway.md).\n\n| metric | kind | labels | meaning |\n|---|---|---|---|\n"
    )
    return head + "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
