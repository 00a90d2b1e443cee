"""A dashboard: rows of panels, and what all dashboards have alike."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from grafana_foundation_sdk.builders import dashboard as grafana
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as models

from monitoring.panels import DATASOURCE, SOURCE, Panel
from monitoring.query import Query

TAG = "citystream"


@dataclass(frozen=True, slots=True)
class Choice:
    """Values of a label that are chosen at the top of a dashboard; at first all."""

    label: str
    metric: str
    """Which has the label."""


@dataclass(frozen=True, slots=True)
class Row:
    """One that is `folded` asks nothing until somebody opens it."""

    title: str
    panels: tuple[Panel, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """`uid` stands in links and is the file's name, so it stays. `hours` are shown at first."""

    uid: str
    title: str
    description: str
    rows: tuple[Row, ...]
    choices: tuple[Choice, ...] = ()
    hours: int = 1

    def queries(self) -> Iterator[tuple[Panel, Query]]:
        for row in self.rows:
            for panel in row.panels:
                for query in panel.queries:
                    yield panel, query

    def json(self) -> str:
        """As Grafana reads it; the same for the same board."""
        return json.dumps(self._build().build(), cls=JSONEncoder, indent=2, sort_keys=True) + "\n"

    def _build(self) -> grafana.Dashboard:
        made = grafana.Dashboard(self.title).uid(self.uid).description(self.description).tags([TAG])
        made.editable().timezone("browser").refresh("10s").time(f"now-{self.hours}h", "now")
        made.tooltip(models.DashboardCursorSync.CROSSHAIR)
        made.link(
            grafana.DashboardLink("Dashboards")
            .type(models.DashboardLinkType.DASHBOARDS)
            .tags([TAG])
            .as_dropdown(True)
            .keep_time(True)
        )
        source = models.VariableOption(text="Prometheus", value="prometheus")
        made.with_variable(
            grafana.DatasourceVariable(DATASOURCE).label("Prometheus").type("prometheus").current(source)
        )
        for choice in self.choices:
            made.with_variable(_variable(choice))
        number = 0
        for row in self.rows:
            drawn = grafana.Row(row.title).id(number := number + 1)
            panels = [panel.build(number := number + 1) for panel in row.panels]
            if row.folded:
                for panel in panels:
                    drawn.with_panel(panel)
            made.with_row(drawn)
            if not row.folded:
                for panel in panels:
                    made.with_panel(panel)
        return made


def _variable(choice: Choice) -> grafana.QueryVariable:
    variable = grafana.QueryVariable(choice.label).label(choice.label).datasource(SOURCE)
    variable.query(f"label_values({choice.metric}, {choice.label})").multi(True)
    variable.include_all(True).all_value(".*").refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
    everything = models.VariableOption(text=["All"], value=["$__all"])
    return variable.sort(models.VariableSort.ALPHABETICAL_ASC).current(everything)
