"""The dashboards are current, whole, and ask for series that are served."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from citystream.contracts.metrics import CATALOGUE
from monitoring import bounds
from monitoring.__main__ import FOLDER, for_kubernetes, path_of
from monitoring.board import Board
from monitoring.bounds import Bound
from monitoring.dashboards import BOARDS, expressions
from monitoring.panels import lines
from monitoring.query import Query, expanded
from tests.compose.alerting import ALERTS
from tests.compose.files import BASE, read
from tests.harness.promql import selected
from tests.monitoring import expressions as promql

Json = dict[str, Any]

BY_UID = {board.uid: board for board in BOARDS}
BOUNDS = {name: one for name, one in vars(bounds).items() if isinstance(one, Bound)}
COLUMNS = 24


def drawn(board: Board) -> list[Json]:
    """Its panels as Grafana gets them, those of folded rows too, without the rows."""
    panels = json.loads(board.json())["panels"]
    return [one for panel in panels for one in (panel, *panel.get("panels", [])) if one["type"] != "row"]


def test_what_grafana_reads_is_current() -> None:
    found = {path: path.read_text() for path in FOLDER.glob("*")}
    assert found == {path_of(board): board.json() for board in BOARDS}, "make dashboards"


def test_what_kubernetes_gets_is_current() -> None:
    for path, text in for_kubernetes().items():
        assert path.read_text() == text, f"{path}: make dashboards"


@pytest.mark.parametrize("uid", BY_UID)
def test_a_query_asks_for_what_is_served(uid: str) -> None:
    for _, query in BY_UID[uid].queries():
        expression = expanded(query.expression)
        assert "$" not in expression, f"{expression}: a variable that `expanded` does not know"
        if query.needs_exporter:
            assert all(name.startswith(promql.EXPORTERS) for name in selected(expression))
        else:
            promql.check(expression, query.legend)


@pytest.mark.parametrize("uid", BY_UID)
def test_a_metrics_own_value_has_the_unit_of_the_catalogue(uid: str) -> None:
    for _, query in BY_UID[uid].queries():
        assert promql.own_unit(expanded(query.expression)) in (None, query.unit), query


def test_every_metric_is_drawn() -> None:
    known = (
        promql.metric_of(name) for asked in expressions() for name in selected(expanded(asked.expression))
    )
    assert {one.name for one in known if one} == set(CATALOGUE)


@pytest.mark.parametrize("uid", BY_UID)
def test_a_panel_says_what_it_is(uid: str) -> None:
    found = drawn(BY_UID[uid])
    titles = [panel["title"] for panel in found]
    assert len(set(titles)) == len(titles) > 0
    for panel in found:
        assert panel["description"].endswith(".")
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["targets"]
        for one in (panel, *panel["targets"]):
            assert one["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])


@pytest.mark.parametrize("uid", BY_UID)
def test_panels_lie_beside_each_other(uid: str) -> None:
    taken: dict[tuple[int, int], str] = {}
    everything = json.loads(BY_UID[uid].json())["panels"]
    for panel in [one for outer in everything for one in (outer, *outer.get("panels", []))]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= COLUMNS, panel["title"]
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert (x, y) not in taken, f"{panel['title']} lies over {taken[x, y]}"
                taken[x, y] = panel["title"]


def test_ids_are_one_a_panel_and_stay() -> None:
    assert len(BY_UID) == len(BOARDS)
    for board in BOARDS:
        assert 8 <= len(board.uid) <= 40
        panels = json.loads(board.json())["panels"]
        ids = [one["id"] for outer in panels for one in (outer, *outer.get("panels", []))]
        assert ids == list(range(1, len(ids) + 1))
        assert board.json() == board.json()


@pytest.mark.parametrize("uid", BY_UID)
def test_a_dashboard_chooses_among_labels_that_are_there_and_leads_to_the_others(uid: str) -> None:
    for choice in BY_UID[uid].choices:
        promql.check(f"group by ({choice.label}) ({choice.metric})")
    made = json.loads(BY_UID[uid].json())
    variables = [one["name"] for one in made["templating"]["list"]]
    assert variables == ["datasource", *(choice.label for choice in BY_UID[uid].choices)]
    assert set(made["links"][0]["tags"]) <= set(made["tags"])


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: str(path.stem))
def test_grafanas_own_models_read_it(path: Path) -> None:
    register_default_plugins()
    text = json.loads(path.read_text())
    assert json.loads(json.dumps(Dashboard.from_json(text), cls=JSONEncoder)) == text


@pytest.mark.parametrize("bound", BOUNDS.values(), ids=BOUNDS)
def test_a_threshold_is_the_alerts(bound: Bound) -> None:
    alert = ALERTS[bound.alert]
    assert alert["labels"]["severity"] == bound.severity
    assert bound.value in promql.bounds(alert["expr"])


def test_every_bound_is_drawn() -> None:
    used = {one for board in BOARDS for panel, _ in board.queries() for one in panel.bounds}
    assert used == set(BOUNDS.values())


def test_a_panel_has_one_unit() -> None:
    with pytest.raises(ValueError, match="Memory: all queries"):
        lines("Memory", "Two things.", Query("up", "", ""), Query("up", "", "bytes"))


def test_grafana_is_given_all_of_it() -> None:
    mounts = dict(one.split(":")[:2] for one in read(BASE)["services"]["grafana"]["volumes"])
    assert f"./{FOLDER.relative_to('compose')}" in mounts
    (provider,) = yaml.safe_load(Path("compose/grafana/providers/city.yml").read_text())["providers"]
    assert provider["options"]["path"] == mounts[f"./{FOLDER.relative_to('compose')}"]
    assert provider["allowUiUpdates"] is False
    assert mounts["./grafana/providers"] == "/etc/grafana/provisioning/dashboards"
    home = read(BASE)["services"]["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home == f"{provider['options']['path']}/{path_of(BOARDS[0]).name}"


def test_the_source_asks_in_the_rhythm_of_scrapes() -> None:
    (source,) = yaml.safe_load(Path("compose/grafana/datasources/prometheus.yml").read_text())["datasources"]
    scrapes = yaml.safe_load(Path("compose/prometheus/prometheus.yml").read_text())["global"]
    assert source["jsonData"]["timeInterval"] == scrapes["scrape_interval"]
    made = json.loads(BOARDS[0].json())["templating"]["list"][0]
    assert made["current"] == {"text": source["name"], "value": source["uid"]}
