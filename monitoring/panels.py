"""Panels: what is asked, how it is drawn, and what it means."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    prometheus,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import common as kinds
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from monitoring.bounds import Bound, Severity
from monitoring.query import Query, Unit

DATASOURCE = "datasource"
SOURCE = models.DataSourceRef(type_val="prometheus", uid=f"${{{DATASOURCE}}}")

GRAFANA_UNITS: dict[Unit, str] = {
    "": "short",
    "0 or 1": "none",
    "bytes": "bytes",
    "km/h": "velocitykmh",
    "ratio": "percentunit",
    "s": "s",
    "Unix s": "dateTimeFromNow",
    "1/s": "cps",
    "bytes/s": "Bps",
    "events/s": "eps",
    "requests/s": "reqps",
}
COLOURS: dict[Severity, str] = {"warning": "orange", "critical": "red"}
LEAST = 1e-9
"""A step is reached, a bound of 0 is passed: what is drawn at it is anything above nothing."""

Words = dict[int, tuple[str, str]]
"""A value's word and colour."""

UP: Words = {0: ("down", "red"), 1: ("up", "green")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One of a dashboard. All queries have one unit. `width` is of 24 columns, `height` in rows of 30 px."""

    title: str
    description: str
    queries: tuple[Query, ...]
    bounds: tuple[Bound, ...]
    words: Words
    width: int
    height: int
    draw: Callable[["Panel"], "Drawn"]

    def __post_init__(self) -> None:
        if len({query.unit for query in self.queries}) != 1:
            raise ValueError(f"{self.title}: all queries of a panel have one unit")

    def build(self, id_: int) -> Builder[models.Panel]:
        """For Grafana, with this id in its dashboard."""
        return self.draw(self).id(id_)


Drawn = timeseries.Panel | stat.Panel | bargauge.Panel | table.Panel | statetimeline.Panel
P = TypeVar("P", timeseries.Panel, stat.Panel, bargauge.Panel, table.Panel, statetimeline.Panel)


@dataclass(frozen=True, slots=True)
class Kind:
    """How a panel is drawn, and how large as a rule."""

    draw: Callable[[Panel], Drawn]
    width: int
    height: int

    def __call__(
        self,
        title: str,
        description: str,
        *queries: Query,
        bounds: tuple[Bound, ...] = (),
        words: Words | None = None,
        width: int | None = None,
    ) -> Panel:
        """A panel. `description` is a sentence: what it shows, and what it means when it is bad."""
        return Panel(
            title=title,
            description=description,
            queries=queries,
            bounds=bounds,
            words=words or {},
            width=width or self.width,
            height=self.height,
            draw=self.draw,
        )


def _common(builder: P, panel: Panel, *, instant: bool = False, as_table: bool = False) -> P:
    builder.title(panel.title).description(panel.description).datasource(SOURCE)
    builder.unit(GRAFANA_UNITS[panel.queries[0].unit]).span(panel.width).height(panel.height)
    for number, query in enumerate(panel.queries):
        target = prometheus.Dataquery().expr(query.expression).legend_format(query.legend)
        target.ref_id(chr(ord("A") + number)).datasource(SOURCE)
        target = target.instant() if instant else target.range()
        builder.with_target(target.format(PromQueryFormat.TABLE if as_table else PromQueryFormat.TIME_SERIES))
    if panel.words:
        results = {
            str(value): models.ValueMappingResult(text=word, color=colour, index=value)
            for value, (word, colour) in panel.words.items()
        }
        builder.mappings([models.ValueMap(options=results)])
    steps = [models.Threshold(color="green"), *(_step(bound) for bound in panel.bounds)]
    return builder.thresholds(ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps))


def _step(bound: Bound) -> models.Threshold:
    return models.Threshold(value=bound.value or LEAST, color=COLOURS[bound.severity])


def _timeseries(panel: Panel) -> timeseries.Panel:
    builder = _common(timeseries.Panel(), panel).fill_opacity(10).show_points(kinds.VisibilityMode.NEVER)
    builder.axis_soft_min(0)
    builder.legend(
        common.VizLegendOptions()
        .display_mode(kinds.LegendDisplayMode.LIST)
        .placement(kinds.LegendPlacement.BOTTOM)
        .show_legend(True)
    )
    builder.tooltip(
        common.VizTooltipOptions().mode(kinds.TooltipDisplayMode.MULTI).sort(kinds.SortOrder.DESCENDING)
    )
    drawn = kinds.GraphThresholdsStyleMode.DASHED if panel.bounds else kinds.GraphThresholdsStyleMode.OFF
    return builder.thresholds_style(common.GraphThresholdsStyleConfig().mode(drawn))


def _stacked(panel: Panel) -> timeseries.Panel:
    stacking = common.StackingConfig().mode(kinds.StackingMode.NORMAL).group("A")
    return _timeseries(panel).fill_opacity(40).stacking(stacking)


def _stat(panel: Panel) -> stat.Panel:
    coloured = bool(panel.bounds or panel.words)
    mode = kinds.BigValueColorMode.BACKGROUND if coloured else kinds.BigValueColorMode.NONE
    builder = _common(stat.Panel(), panel).color_mode(mode).graph_mode(kinds.BigValueGraphMode.NONE)
    return builder.text_mode(kinds.BigValueTextMode.AUTO).reduce_options(_last())


def _bar_gauge(panel: Panel) -> bargauge.Panel:
    builder = _common(bargauge.Panel(), panel, instant=True).min(0).reduce_options(_last())
    builder.orientation(kinds.VizOrientation.HORIZONTAL)
    return builder.display_mode(kinds.BarGaugeDisplayMode.BASIC)


def _table(panel: Panel) -> table.Panel:
    builder = _common(table.Panel(), panel, instant=True, as_table=True)
    hidden = models.DataTransformerConfig(id_val="organize", options={"excludeByName": {"Time": True}})
    return builder.with_transformation(hidden).align(kinds.FieldTextAlignment.AUTO)


def _state_timeline(panel: Panel) -> statetimeline.Panel:
    builder = _common(statetimeline.Panel(), panel).merge_values(True).row_height(0.8)
    return builder.show_value(kinds.VisibilityMode.NEVER).fill_opacity(70).line_width(0)


def _last() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"])


lines = Kind(_timeseries, 8, 8)
stacked = Kind(_stacked, 8, 8)
figure = Kind(_stat, 6, 4)
bars = Kind(_bar_gauge, 8, 8)
rows = Kind(_table, 12, 8)
states = Kind(_state_timeline, 12, 8)
