"""Tasks: `city-batch`, without a shell, for each day that a run is about."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from airflow.providers.standard.hooks.subprocess import SubprocessHook
from airflow.sdk import Asset, BaseOperator, XComArg, task
from airflow.sdk.definitions.context import Context
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from batch.airflow import closed_day
from batch.airflow.settings import passed_on, settings

WRONG_USAGE = 2
STOP_S = 20.0
"""How long a command may take to remove what it has on this machine."""


class CityBatch(BaseOperator):
    """One command: a job of a day, or `retain`, which is of no day. Its assets get the day."""

    template_fields = ("date",)

    def __init__(self, *, job: str, date: str | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.job = job
        self.date = date

    def command(self, environment: Mapping[str, str]) -> list[str]:
        """What it runs."""
        own = settings(environment)
        return own.job(self.job, self.date) if self.date else own.retention()

    @cached_property
    def _hook(self) -> SubprocessHook:
        return SubprocessHook()

    def execute(self, context: Context) -> None:
        """Run it; its output is the task's log.

        Raises:
            AirflowFailException: it was called in a wrong way, so no further try would help.
            AirflowException: it failed.
        """
        command = self.command(os.environ)
        result = self._hook.run_command(command, env=passed_on(os.environ))
        if result.exit_code:
            error = AirflowFailException if result.exit_code == WRONG_USAGE else AirflowException
            raise error(f"{' '.join(command)} ended with status {result.exit_code}: {result.output}")
        for asset in self.outlets:
            context["outlet_events"][asset].extra = {"date": self.date}

    def on_kill(self) -> None:
        """End the command, and come back when it has: the next try must not meet it."""
        process = self._hook.sub_process
        if process is None or process.poll() is not None:
            return
        # It leads a group of its own, in which are the processes that decode.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


@task
def days(*, late: bool = False, **context: Any) -> list[str]:
    """The closed days that this run is about; with `late` those before them that may have got late events."""
    run = context["dag_run"]
    closed = closed_day.closed_days(
        settings(os.environ).zone,
        due=run.data_interval_end or run.logical_date or run.run_after,
        conf=run.conf,
        extras=[event.extra for event in run.consumed_asset_events],
    )
    found = sorted({day for one in closed for day in closed_day.late_days(one)}) if late else closed
    return [str(day) for day in found]


def each_day(job: str, of: XComArg, *, outlet: Asset | None = None) -> Any:
    """A job's task for each of the days: each is tried, and fails, by itself."""
    return CityBatch.partial(
        task_id=job, job=job, outlets=[outlet] if outlet else [], map_index_template="{{ task.date }}"
    ).expand(date=of)
