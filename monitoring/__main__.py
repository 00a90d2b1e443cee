"""Writes all dashboards: `make dashboards`."""

from pathlib import Path

from monitoring.board import Board
from monitoring.dashboards import BOARDS

FOLDER = Path("compose/grafana/dashboards")


def path_of(board: Board) -> Path:
    """The file that Grafana reads it from."""
    return FOLDER / f"{board.uid}.json"


def main() -> None:
    """Write each, and take away what is none of them any more."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = {path_of(board): board.json() for board in BOARDS}
    for old in set(FOLDER.glob("*.json")) - set(wanted):
        old.unlink()
    for path, text in wanted.items():
        path.write_text(text)


if __name__ == "__main__":
    main()
