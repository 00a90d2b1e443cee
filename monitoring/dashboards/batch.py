"""The batch layer: the newest closed day, and its quality."""

from monitoring.board import Board, Row
from monitoring.bounds import CHECKS_FAILED, DAY_AGE_S, DRIFT, INCOMPLETE
from monitoring.panels import bars, figure, lines
from monitoring.queries import batch

BOARD = Board(
    uid="city-batch",
    title="City: batch and quality",
    description="Whether closed days are made every night, whole, and as the speed layer showed them.",
    hours=24 * 7,
    rows=(
        Row(
            "Newest closed day",
            (
                figure(
                    "Since its end",
                    "Time since the end of the newest closed day; above 36 h a night's jobs are missing: "
                    "look at the scheduler, then run them.",
                    batch.DAY_AGE,
                    bounds=(DAY_AGE_S,),
                    width=8,
                ),
                figure(
                    "Incomplete",
                    "1 where the day lacks events of a type; its manifest names the reasons, and "
                    "operations.md what to do about each.",
                    batch.INCOMPLETE,
                    bounds=(INCOMPLETE,),
                    words={0: ("whole", "green"), 1: ("incomplete", "orange")},
                    width=16,
                ),
                lines(
                    "Days closed in time",
                    "Time since the end of the newest closed day; a saw that falls back every morning is "
                    "right, one that climbs on missed a night.",
                    batch.DAY_AGE,
                    bounds=(DAY_AGE_S,),
                    width=24,
                ),
            ),
        ),
        Row(
            "Jobs",
            (
                bars(
                    "Time since a job ended",
                    "When each job of the day ended last; one that is much older than the others failed, or "
                    "waits.",
                    batch.FINISHED_AGE,
                ),
                bars(
                    "Duration",
                    "How long each job took; one that grows from week to week needs more threads or memory.",
                    batch.SECONDS,
                ),
                bars(
                    "Rows written",
                    "Rows that each job wrote; far fewer than usual is a feed that was away.",
                    batch.ROWS,
                ),
            ),
        ),
        Row(
            "Quality",
            (
                lines(
                    "Checks failed",
                    "Rules of quality broken by more than 1 %, or metrics that drift; read the day's report: "
                    "it names the senders.",
                    batch.CHECKS_FAILED,
                    bounds=(CHECKS_FAILED,),
                    width=12,
                ),
                lines(
                    "Drift between speed and batch",
                    "What differs between the layers without an explanation; from 1 % on what was shown live "
                    "is not what happened: see reconciled_windows.",
                    batch.DRIFT,
                    bounds=(DRIFT,),
                    width=12,
                ),
            ),
        ),
    ),
)
