"""Speed forecasts: how good and how old."""

from monitoring.board import Board, Row
from monitoring.bounds import FORECAST_AGE_S, FORECAST_ERROR
from monitoring.panels import lines, stacked
from monitoring.queries import forecasts, service

BOARD = Board(
    uid="city-forecasts",
    title="City: forecasts",
    description="How good the forecasts of roads' speeds are, by model and minutes ahead, and how old.",
    hours=24,
    rows=(
        Row(
            "How good",
            (
                lines(
                    "Mean absolute error",
                    "How far forecasts of the last day were off, in km/h; one that grows has met traffic "
                    "that it never learned.",
                    forecasts.MAE,
                ),
                lines(
                    "Mean absolute error, relative",
                    "The same as a part of the speed that was read; high with a low absolute error is slow "
                    "traffic.",
                    forecasts.MAPE,
                    bounds=(FORECAST_ERROR,),
                ),
                lines(
                    "Coverage of intervals",
                    "Share of readings within their forecast's interval; 80 % is wanted, far below it "
                    "intervals promise too much.",
                    forecasts.COVERAGE,
                ),
            ),
        ),
        Row(
            "How old",
            (
                lines(
                    "Age",
                    "Time since the end of the last window that a model knows; beyond two windows the role "
                    "stands still: look at its lag.",
                    forecasts.AGE,
                    bounds=(FORECAST_AGE_S,),
                ),
                lines(
                    "Records behind",
                    "Records of all inputs that the role has not learned; it should stay near 0.",
                    service.FORECAST_LAG.of("traffic"),
                ),
                stacked(
                    "Where a second goes",
                    "Share of time of the role by activity; without much poll it works at its limit.",
                    service.FORECAST_SECONDS.of("traffic"),
                ),
            ),
        ),
    ),
)
