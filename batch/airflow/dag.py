"""What all DAGs have in common: tries, deadlines, the pool, alerts."""

import os
from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, Asset, CronTriggerTimetable, DeadlineAlert, DeadlineReference, SyncCallback

from batch.airflow.alerts import deadline_missed, task_failed
from batch.airflow.settings import settings

POOL = "batch"
"""One slot, unless it was given more: jobs run one after another, beside a stream that must not wait."""
LONGEST_WAIT = timedelta(hours=1)
"""Between two tries."""


def city_dag(dag_id: str, page: str | None, *, cron: str | None = None, after: Asset | None = None) -> DAG:
    """A DAG that runs at a time of the city's clock, or after an asset's event; `page` is its own page."""
    own = settings(os.environ)
    common: dict[str, Any] = {
        "owner": "city",
        "pool": POOL,
        # What the city reads today goes before what is made once more.
        "priority_weight": 1 if cron and dag_id != "compact_archive" else 10,
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
        schedule=CronTriggerTimetable(cron, timezone=own.zone.key) if cron else [after],
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
