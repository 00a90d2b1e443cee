"""One template for the dashboards of all services."""

from dataclasses import replace

from monitoring.board import Board, Row
from monitoring.bounds import (
    ARCHIVE_RETENTION,
    CHECKPOINTS,
    DEAD_LETTERS,
    DROPPED,
    FRESHNESS_S,
    LOST,
    PAUSED,
    STREAM_LAG_S,
)
from monitoring.panels import UP, bars, lines, rows, stacked, states
from monitoring.queries import forecasts, service

WITH_FORECASTS = "traffic"
WITHOUT_WORDS = frozenset({"traffic"})
"""Types with no field that is one word of a list."""

UNLISTED = rows(
    "Unlisted words, last hour",
    "Words that are in no list and are read as other or unknown; one that comes often belongs into the list.",
    service.UNLISTED,
    width=8,
)

EVENTS = Row(
    "Events",
    (
        lines(
            "Folded",
            "Events a second folded into states; it follows what is sent, so one that falls while lag rises "
            "is a service that is too slow.",
            service.FOLDED,
        ),
        lines(
            "Left out",
            "Events a second that are refused, late for their window, or duplicates; more than a few say "
            "that a sender is broken, delayed or repeats itself.",
            service.REFUSED,
            service.LATE,
            service.DUPLICATE,
        ),
        lines(
            "Refused share",
            "Share of events that became dead letters; above 1 % read them: field and reason are in their "
            "headers.",
            service.REFUSED_SHARE,
            bounds=(DEAD_LETTERS,),
        ),
        lines(
            "Tolerated",
            "Events a second taken though not clean, by form; nothing is lost, but the sender should be "
            "told.",
            service.TOLERATED,
        ),
        UNLISTED,
        lines(
            "Lost records, last hour",
            "Records that Kafka's retention took before they were folded; any at all means results lack "
            "them: raise retention, add workers.",
            service.LOST,
            bounds=(LOST,),
        ),
    ),
)

BEHIND = Row(
    "How far behind",
    (
        lines(
            "Records behind, by role",
            "Records between what a role has done and the log's end; a stream that stays behind needs "
            "workers, an archive that does needs S3.",
            service.LAG,
        ),
        lines(
            "Time behind",
            "Records behind by records done a second; above 60 s answers are older than they look: add "
            "workers or partitions.",
            service.LAG_S,
            bounds=(STREAM_LAG_S,),
        ),
        lines(
            "Freshness",
            "Median age of the events published last; above 2 s look at the lag, at Redis, and at where time "
            "goes.",
            service.FRESHNESS,
            bounds=(FRESHNESS_S,),
        ),
        lines(
            "Watermark behind now",
            "How far the lowest watermark lies behind the clock; one that only grows is a partition without "
            "events, or a stalled worker.",
            service.WATERMARK_BEHIND,
        ),
        lines(
            "Partitions owned",
            "How partitions are shared out among workers; a sum below the topic's means that some stand "
            "still during a rebalance.",
            service.PARTITIONS,
        ),
        lines(
            "Partitions paused",
            "Partitions that are not read; for dead letters mend the sender and resume, for a full buffer "
            "bring S3 back.",
            service.PAUSED,
            bounds=(PAUSED,),
        ),
    ),
)

MACHINE = Row(
    "Time and memory",
    (
        stacked(
            "Where a second goes",
            "Share of time by role and activity, added over workers; without much of the stream's poll it "
            "works at its limit: add workers.",
            service.SECONDS,
            width=12,
        ),
        lines(
            "Processor",
            "Processor time of each process, 100 % is one core; one that stays at 100 % folds no faster: add "
            "workers.",
            service.CPU,
            width=12,
        ),
        lines(
            "Memory",
            "Memory of each process; near its container's limit it will be killed: look at states and at "
            "what waits for sinks.",
            service.RESIDENT,
        ),
        lines(
            "States in memory",
            "Open windows and live things held by each worker; growth without end is keys that never come "
            "back, or a watermark that stands.",
            service.STATES,
        ),
        lines(
            "Tables",
            "RocksDB's files and memory of each worker; one that outgrows its disk stops the worker: give it "
            "room or share partitions out.",
            service.TABLE,
        ),
    ),
)

SINKS = Row(
    "Sinks",
    (
        states(
            "Sinks up",
            "Whether each sink takes writes; while one is down states wait and nothing else stops: bring the "
            "server back.",
            service.SINK_UP,
            words=UP,
        ),
        lines(
            "Waiting for a sink",
            "Values that wait to be written; past CITY_SINK_PENDING the oldest are dropped, so bring the "
            "server back before.",
            service.SINK_PENDING,
            width=12,
        ),
        lines(
            "Written",
            "Values a second that sinks have taken; 0 while events are folded means that the sink is away.",
            service.SINK_WRITTEN,
            width=12,
        ),
        lines(
            "Dropped, last 10 min",
            "Values given up since more than the bound were waiting; any at all are missing in the sink: "
            "replay to write them again.",
            service.SINK_DROPPED,
            bounds=(DROPPED,),
            width=12,
        ),
    ),
)

ARCHIVE = Row(
    "Archive",
    (
        lines(
            "Oldest record not in S3",
            "Age of the oldest record that is not archived; beyond CITY_ARCHIVE_S and some seconds S3 is "
            "slow or away.",
            service.ARCHIVE_LAG,
            width=6,
        ),
        lines(
            "Retention used",
            "That age as a part of the time for which Kafka keeps records; at 1 they are lost for good: "
            "bring S3 back or raise retention.ms.",
            service.RETENTION_USED,
            bounds=(ARCHIVE_RETENTION,),
            width=6,
        ),
        lines(
            "Archived",
            "Records a second written to S3; over time it equals what is sent.",
            service.ARCHIVED,
            width=6,
        ),
        lines(
            "Objects, last 10 min",
            "Objects written and those that S3 refused; failures are tried again, and many mean that S3 or "
            "the rights on the bucket are bad.",
            service.OBJECTS,
            service.ARCHIVE_FAILURES,
            width=6,
        ),
    ),
)

KAFKA = Row(
    "Kafka",
    (
        states(
            "Kafka answers",
            "Whether Kafka answers each role within 5 s; while it does not nothing is folded or committed: "
            "bring it back.",
            service.KAFKA_UP,
            words=UP,
            width=6,
        ),
        lines(
            "Kafka's answer",
            "How long its last answer took; one that rises slows checkpoints down: look at the brokers' "
            "disks.",
            service.KAFKA_ANSWER,
            width=6,
        ),
        lines(
            "Checkpoints",
            "Checkpoints a second; about one of each worker, and fewer when Kafka or the disk is slow.",
            service.CHECKPOINTS,
            width=6,
        ),
        lines(
            "Failed checkpoints",
            "Partitions' checkpoints a second that failed and are tried again; if it stays Kafka refuses the "
            "changelog or the dead letters.",
            service.CHECKPOINT_FAILURES,
            bounds=(CHECKPOINTS,),
            width=6,
        ),
    ),
)

FORECASTS = Row(
    "Forecast role",
    (
        lines(
            "Forecasts: records behind",
            "Records of all its inputs that are not learned yet; one that grows makes forecasts old.",
            service.FORECAST_LAG,
        ),
        stacked(
            "Forecasts: where a second goes",
            "Share of time by activity; without much poll the role works at its limit, and only one process "
            "can do it: give it a faster core.",
            service.FORECAST_SECONDS,
        ),
        bars(
            "Forecasts: age",
            "Time since the last window that each model knows; beyond two windows the role stands still.",
            forecasts.AGE,
        ),
    ),
)

ROWS = (EVENTS, BEHIND, MACHINE, SINKS, ARCHIVE, KAFKA)


def board(name: str) -> Board:
    """Of one service, by its type of event."""
    rows_ = (*ROWS, FORECASTS) if name == WITH_FORECASTS else ROWS
    return Board(
        uid=f"city-service-{name}",
        title=f"City: {name} service",
        description=f"What the {name} service does with its events, and what it waits for.",
        rows=tuple(
            Row(
                row.title,
                tuple(
                    replace(panel, queries=tuple(query.of(name) for query in panel.queries))
                    for panel in row.panels
                    if not (panel is UNLISTED and name in WITHOUT_WORDS)
                ),
            )
            for row in rows_
        ),
    )
