"""Writes all dashboards, and what Kubernetes has of them and of the alerts: `make dashboards`."""

from pathlib import Path

from monitoring import kubernetes
from monitoring.board import Board
from monitoring.dashboards import BOARDS

FOLDER = Path("compose/grafana/dashboards")
CONFIG_MAPS = FOLDER.parent / "kustomization.yaml"
ALERTS = Path("compose/prometheus/alerts.yml")
RULE = Path("k8s/base/monitoring/alerts.yaml")


def path_of(board: Board) -> Path:
    """The file that Grafana reads it from."""
    return FOLDER / f"{board.uid}.json"


def for_kubernetes() -> dict[Path, str]:
    """File -> what it is to hold."""
    files = [str(path_of(board).relative_to(CONFIG_MAPS.parent)) for board in BOARDS]
    return {CONFIG_MAPS: kubernetes.config_maps(files), RULE: kubernetes.rule(ALERTS.read_text())}


def main() -> None:
    """Write each, and take away what is none of them any more."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = {path_of(board): board.json() for board in BOARDS}
    for old in set(FOLDER.glob("*.json")) - set(wanted):
        old.unlink()
    for path, text in (wanted | for_kubernetes()).items():
        path.write_text(text)


if __name__ == "__main__":
    main()
