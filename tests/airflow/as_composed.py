"""Prints what Airflow makes of commands and settings, as JSON. Its own Python runs it: see `test_compose`."""

import contextlib
import io
import json
import os
import sys
from typing import Any

from airflow.cli.cli_parser import get_parser
from airflow.configuration import conf


def refused(words: list[str]) -> str:
    """What its parser says to a command; empty if it takes it."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            get_parser().parse_args(words)
    except SystemExit:
        return said.getvalue() or "refused"
    return ""


def option(variable: str) -> tuple[str, str]:
    """Section and name of the option that a variable sets."""
    section, _, name = variable.removeprefix("AIRFLOW__").removesuffix("_CMD").lower().partition("__")
    return section, name


def main(question: dict[str, Any]) -> dict[str, Any]:
    given = {name: option(name) for name in os.environ if name.startswith("AIRFLOW__")}
    known = conf.configuration_description
    return {
        "refused": [refused(words) for words in question["commands"]],
        "unknown": [
            name
            for name, (section, key) in given.items()
            if key not in known.get(section, {}).get("options", {})
        ],
        "not sensitive": [
            name
            for name, one in given.items()
            if name.endswith("_CMD") and one not in conf.sensitive_config_values
        ],
        "values": {name: conf.get(*one) for name, one in given.items()},
        "health port": conf.getint("scheduler", "scheduler_health_check_server_port"),
    }


if __name__ == "__main__":
    print(json.dumps(main(json.load(sys.stdin))))
