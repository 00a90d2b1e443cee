"""What all DAGs have in common: tries, deadlines, the pool, alerts."""

import os
from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, Asset, CronTriggerTimetable
from airflow.sdk.definitions.callback import SyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

from batch.airflow.alerts import deadline_missed, task_failed
from batch.airflow.settings import settings

POOL = "batch"
"""One slot, unless it was given more: jobs run one after another, beside a stream that must not wait."""
FIRST, LAST = 10, 1
"""Who gets a slot: what the city reads today, before what is made once more."""
LONGEST_WAIT = timedelta(hours=1)
"""Between two tries."""


def city_dag(dag_id: str, page: str | None, schedule: str | Asset, *, priority: int = FIRST) -> DAG:
    """A DAG that runs at times of the city's clock (cron), or after an asset's event; `page` is its own."""
    own = settings(os.environ)
    common: dict[str, Any] = {
        "owner": "city",
        "pool": POOL,
        "priority_weight": priority,
        "weight_rule": "absolute",
        "retries": own.retries,
        "retry_delay": own.retry_delay,
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": LONGEST_WAIT,
        "execution_timeout": own.deadline,
        "on_failure_callback": task_failed,
    }
    return DAG(
        dag_id,
        doc_md=page,
        tags=["city", "batch"],
        schedule=CronTriggerTimetable(schedule, timezone=own.zone.key)
        if isinstance(schedule, str)
        else [schedule],
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,
        default_args=common,
        deadline=DeadlineAlert(
            reference=DeadlineReference.DAGRUN_QUEUED_AT,
            interval=own.deadline,
            callback=SyncCallback(deadline_missed),
        ),
    )
