"""The service that docs/own-data-type.md shows, built from that page's text."""

import importlib
import re
import sys
from pathlib import Path
from typing import Any

from citystream.service import Service

PAGE = Path(__file__).parents[2] / "docs" / "own-data-type.md"
BLOCK = re.compile(r'^```\w+ title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)

BLOCKS: dict[str, str] = dict(BLOCK.findall(PAGE.read_text()))
"""Title -> text: files by their path, commands and outputs by what they are for."""

CODE = {title: text for title, text in BLOCKS.items() if title.startswith("parking/")}


def build(folder: Path) -> None:
    """Write the page's files into a folder."""
    for title, text in {**CODE, "events.jsonl": BLOCKS["events.jsonl"]}.items():
        file = folder / title
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def load(folder: Path) -> Service[Any]:
    """The service from a folder that was built."""
    sys.path.insert(0, str(folder))
    try:
        service: Service[Any] = importlib.import_module("parking.app").SERVICE
    finally:
        sys.path.remove(str(folder))
    return service
