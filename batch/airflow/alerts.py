"""Who is told what went wrong: a webhook gets JSON, the log always has it."""

import json
import logging
import os
import urllib.request
from collections.abc import Mapping
from typing import Any

from batch.airflow.settings import settings

TIMEOUT_S = 10.0
log = logging.getLogger(__name__)


def task_failed(context: Mapping[str, Any]) -> None:
    """A task has failed and is not tried again."""
    task = context["task_instance"]
    date = getattr(context.get("task"), "date", None)
    tell(
        {
            "text": f"{task.dag_id}: {task.task_id} failed after {task.try_number} tries"
            + (f", of {date}" if date else ""),
            "event": "task_failed",
            "dag_id": task.dag_id,
            "task_id": task.task_id,
            "run_id": task.run_id,
            "date": date,
            "tries": task.try_number,
            "error": str(context.get("exception") or ""),
            "log_url": getattr(task, "log_url", None),
        }
    )


def deadline_missed(context: Mapping[str, Any]) -> None:
    """A run of a DAG is not done by its deadline; it goes on."""
    run, deadline = context["dag_run"], context["deadline"]
    tell(
        {
            "text": f"{run['dag_id']}: not done by {deadline['deadline_time']}",
            "event": "deadline_missed",
            "dag_id": run["dag_id"],
            "run_id": run["dag_run_id"],
            "deadline": str(deadline["deadline_time"]),
        }
    )


def tell(message: Mapping[str, Any]) -> None:
    """POST to `CITY_ALERT_WEBHOOK`, where there is one.

    Raises:
        OSError: it does not take it, which Airflow logs; the task's state is the same.
    """
    log.error("alert: %s", json.dumps(message))
    webhook = settings(os.environ).webhook
    if not webhook:
        return
    request = urllib.request.Request(  # noqa: S310 - the setting is http or https
        webhook, json.dumps(message).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_S):  # noqa: S310 - as above
        pass
