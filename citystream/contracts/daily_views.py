"""All tables of a day: what it was, how good its data is, what changes, whether speed and batch agree."""

from collections.abc import Mapping

from citystream.contracts import daily, quality, reconciliation, trends
from citystream.contracts.daily_view import DailyView

DAILY: Mapping[str, DailyView] = {
    view.name: view for view in (*daily.VIEWS, *quality.VIEWS, *trends.VIEWS, *reconciliation.VIEWS)
}
"""By name."""
