"""The state of the city on one page."""

from monitoring.board import Board, Row
from monitoring.bounds import (
    ARCHIVE_RETENTION,
    DAY_AGE_S,
    DEAD_LETTERS,
    FRESHNESS_S,
    REDIS_DOWN_S,
    STREAM_LAG_S,
)
from monitoring.dashboards.gateway import SOURCE_WORDS
from monitoring.panels import UP, figure, lines, rows, states
from monitoring.queries import batch, city, forecasts, gateway

BOARD = Board(
    uid="city-overview",
    title="City: overview",
    description="Whether the city is served: what runs, how fresh it is, and where answers come from.",
    rows=(
        Row(
            "Now",
            (
                figure(
                    "Processes up",
                    "How many processes of each kind answer Prometheus; at 0 none does: start them.",
                    city.PROCESSES_UP,
                    words={0: ("none", "red")},
                    width=12,
                ),
                figure(
                    "Redis lost for",
                    "For how long the gateway has been without Redis; above 30 s bring it back, answers are "
                    "old or from the archive.",
                    gateway.REDIS_DOWN,
                    bounds=(REDIS_DOWN_S,),
                ),
                figure(
                    "Newest closed day",
                    "Time since the end of the newest closed day; above 36 h a night's jobs are missing: "
                    "look at the scheduler.",
                    batch.DAY_AGE,
                    bounds=(DAY_AGE_S,),
                ),
                rows(
                    "Alerts firing",
                    "Which alerts fire, and how many series of each; the alert's own description says what "
                    "to do.",
                    city.ALERTS_FIRING,
                ),
                states(
                    "Where answers come from",
                    "Of each topic the worst source of any gateway; anything but the speed layer means that "
                    "Redis is lost.",
                    gateway.SOURCES,
                    words=SOURCE_WORDS,
                ),
            ),
        ),
        Row(
            "Streams",
            (
                lines(
                    "Events folded",
                    "Events a second of each type; a line that falls to 0 is a feed that stopped, or a "
                    "service that stands still (then its lag rises).",
                    city.EVENTS,
                ),
                lines(
                    "Freshness",
                    "Median age of what was published last; above 2 s look at lag, at Redis and at where the "
                    "service's time goes.",
                    city.FRESHNESS,
                    bounds=(FRESHNESS_S,),
                ),
                lines(
                    "Behind the log's end",
                    "Records behind by records done a second; above 60 s answers are older than they look: "
                    "add workers.",
                    city.LAG_S,
                    bounds=(STREAM_LAG_S,),
                ),
                lines(
                    "Records behind",
                    "Records between what is folded and the log's end; it should come back to near 0 after "
                    "every burst.",
                    city.LAG_RECORDS,
                ),
                lines(
                    "Refused events",
                    "Share of events that became dead letters; above 1 % a sender changed its format or its "
                    "clock is wrong: read the dead letters.",
                    city.REFUSED_SHARE,
                    bounds=(DEAD_LETTERS,),
                ),
                states(
                    "Sinks",
                    "Whether each service can write to its sinks; while one is down its states wait: bring "
                    "the server back.",
                    city.SINKS_UP,
                    words=UP,
                    width=8,
                ),
            ),
        ),
        Row(
            "Answers",
            (
                lines(
                    "Age of the newest event",
                    "Age of the newest event of each live topic as readers see it; a topic that ages alone "
                    "is a feed that stopped.",
                    gateway.DATA_AGE,
                ),
                lines(
                    "Requests and errors",
                    "Requests a second, and those that failed by our fault; errors that stay call for the "
                    "gateway's log.",
                    gateway.REQUESTS,
                    gateway.ERRORS,
                ),
                lines(
                    "Latency of answers",
                    "Time to an answer's last byte, event streams left out; a slow p99 alone is some route: "
                    "see the gateway's dashboard.",
                    gateway.LATENCY_P50,
                    gateway.LATENCY_P99,
                ),
                lines(
                    "Error of speed forecasts",
                    "Mean absolute error of the last day, by model and minutes ahead; one that grows against "
                    "the others has lost its road.",
                    forecasts.MAE,
                    width=12,
                ),
                lines(
                    "Archive retention used",
                    "Age of the oldest record not in S3 as a part of the time for which Kafka keeps it; at 1 "
                    "records are lost: bring S3 back.",
                    city.RETENTION_USED,
                    bounds=(ARCHIVE_RETENTION,),
                    width=12,
                ),
            ),
        ),
    ),
)
