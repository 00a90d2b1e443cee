"""Settings of Airflow's part, from its processes' environment or files; docs/airflow.md has the table."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DEFAULTS = {
    "CITY_BATCH": "city-batch",
    "CITY_BATCH_THREADS": "2",
    "CITY_BATCH_MEMORY": "2GB",
    "CITY_BATCH_SCRATCH": "",
    "CITY_BATCH_NICE": "10",
    "CITY_BATCH_RETRIES": "3",
    "CITY_BATCH_RETRY_S": "300",
    "CITY_BATCH_DEADLINE_S": "3600",
    "CITY_ALERT_WEBHOOK": "",
    "CITY_RETAIN_COMPACTED_DAYS": "",
    "CITY_RETAIN_VIEWS_DAYS": "",
    "CITY_RETAIN_RAW_DAYS": "",
}
"""Variable -> default; empty is unset."""

RETAINED = {
    "--compacted-days": "CITY_RETAIN_COMPACTED_DAYS",
    "--views-days": "CITY_RETAIN_VIEWS_DAYS",
    "--raw-days": "CITY_RETAIN_RAW_DAYS",
}


class SettingsError(ValueError):
    """A variable can't be used; the message names it."""


class AirflowSettings(NamedTuple):
    """What the DAGs go by."""

    zone: ZoneInfo
    """Of the city's days, and of schedules."""
    command: str
    """Path of `city-batch`, which lives in an environment of its own."""
    threads: int
    memory: str
    scratch: str
    nice: int
    retries: int
    retry_delay: timedelta
    """Before the first retry; each further one waits twice as long."""
    deadline: timedelta
    """For a task, and for a run of a DAG."""
    webhook: str
    retain: tuple[str, ...]
    """Options of `city-batch retain`."""

    def job(self, name: str, date: str) -> list[str]:
        """The command of a day's job."""
        asked = ["--date", date, "--threads", str(self.threads), "--memory", self.memory]
        return self._niced(name, *asked, *(["--scratch", self.scratch] if self.scratch else []))

    def retention(self) -> list[str]:
        """The command that deletes what is older than was asked for: nothing, unless something was."""
        return self._niced("retain", *(self.retain or ("--dry-run",)))

    def _niced(self, *arguments: str) -> list[str]:
        return ["nice", "-n", str(self.nice), self.command, *arguments]


def settings(environment: Mapping[str, str]) -> AirflowSettings:
    """Settings of an environment.

    Raises:
        SettingsError: naming the variable.
    """
    given = {
        name: environment.get(name, "").strip() or _in_file(environment, name) or default
        for name, default in DEFAULTS.items()
    }

    def number(name: str, least: int) -> int:
        text = given[name]
        if not text.isdecimal() or int(text) < least:
            raise SettingsError(f"{name} is {text!r}: give a whole number from {least} on")
        return int(text)

    webhook = given["CITY_ALERT_WEBHOOK"]
    if webhook and urlsplit(webhook).scheme not in ("http", "https"):
        raise SettingsError("CITY_ALERT_WEBHOOK is no URL that begins with http:// or https://")
    return AirflowSettings(
        zone=_zone(environment),
        command=given["CITY_BATCH"],
        threads=number("CITY_BATCH_THREADS", 1),
        memory=given["CITY_BATCH_MEMORY"],
        scratch=given["CITY_BATCH_SCRATCH"],
        nice=number("CITY_BATCH_NICE", 0),
        retries=number("CITY_BATCH_RETRIES", 0),
        retry_delay=timedelta(seconds=number("CITY_BATCH_RETRY_S", 1)),
        deadline=timedelta(seconds=number("CITY_BATCH_DEADLINE_S", 1)),
        webhook=webhook,
        retain=tuple(
            text
            for option, name in RETAINED.items()
            if given[name]
            for text in (option, str(number(name, 1)))
        ),
    )


def passed_on(environment: Mapping[str, str]) -> dict[str, str]:
    """What `city-batch` gets of an environment: not Airflow's secrets, nor where its Python looks."""
    return {
        name: value
        for name, value in environment.items()
        if name != "PYTHONPATH" and not name.startswith(("AIRFLOW_", "_AIRFLOW_"))
    }


def _in_file(environment: Mapping[str, str], name: str) -> str:
    """What the folder `CITY_SECRETS_DIR` has of it; empty if nothing."""
    folder = environment.get("CITY_SECRETS_DIR", "").strip()
    file = Path(folder) / name.lower()
    try:
        return file.read_text().strip() if folder and file.exists() else ""
    except OSError as error:
        raise SettingsError(f"{name}: {file} can't be read: {error.strerror}") from error


def _zone(environment: Mapping[str, str]) -> ZoneInfo:
    """The city's, as `city-batch` finds it: CITY_TIMEZONE, else that of the city model, else UTC."""
    name, source = environment.get("CITY_TIMEZONE", "").strip(), "CITY_TIMEZONE"
    model = environment.get("CITY_MODEL", "").strip()
    if not name and model:
        try:
            name, source = json.loads(Path(model).read_text()).get("timezone") or "", f"timezone of {model}"
        except (OSError, ValueError) as error:
            raise SettingsError(f"CITY_MODEL can't be read: {error}") from error
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingsError(f"{source} is {name!r}: give an IANA name such as Europe/Berlin") from error
