"""What a benchmark says: progress on stderr, tables on stdout, and JSON as the last line of it."""

import json
import sys
from collections.abc import Mapping
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from bench.machine import machine

# Of a table in a file.
WIDTH = 140

progress = Console(stderr=True, highlight=False, soft_wrap=True)


def print_result(result: Mapping[str, Any], *tables: Table, as_json: bool) -> None:
    """Print the tables, the machine, and with `as_json` the result as one JSON object in the last line.

    The machine joins the result as `machine`.
    """
    here = machine()
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    for table in tables:
        console.print(table)
    console.print(
        f"{here['cpu']}, {here['cores']} cores, {here['memory_gib']} GiB, {here['system']}, "
        f"Python {here['python']}",
        highlight=False,
    )
    if as_json:
        click.echo(json.dumps({**result, "machine": here}))
