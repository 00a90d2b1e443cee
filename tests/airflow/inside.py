"""Prints what Airflow makes of the DAG files, as JSON. Run by Airflow's own Python: see `test_dags`."""

import json
import os
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pendulum
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk.api.datamodels._generated import (
    AssetEventDagRunReference,
    AssetReferenceAssetEventDagRun,
    DagRun,
)
from airflow.sdk.definitions.context import Context
from airflow.sdk.definitions.mappedoperator import MappedOperator
from airflow.sdk.exceptions import AirflowException
from airflow.serialization.serialized_objects import DagSerialization
from airflow.timetables.base import TimeRestriction

from batch.airflow.city_batch import CityBatch

FOLDER = Path("batch/airflow/dags")


def operator(one: Any) -> Any:
    return one.unmap({"date": "2026-11-27"}) if isinstance(one, MappedOperator) else one


def policy(dag: Any) -> dict[str, Any]:
    """What a DAG and its tasks are bound by."""
    alert = (dag.deadline if isinstance(dag.deadline, list) else [dag.deadline])[0]
    tasks = {one.task_id: operator(one) for one in dag.tasks}
    after = scheduled_by(dag).asset_condition
    return {
        "page": dag.doc_md,
        "tags": sorted(dag.tags),
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "paused": dag.is_paused_upon_creation,
        "deadline_s": alert.interval.total_seconds(),
        "deadline_tells": alert.callback.path,
        "after": sorted(asset.name for _, asset in after.iter_assets()) if after else [],
        "outlets": sorted(asset.name for one in tasks.values() for asset in one.outlets),
        "order": [one.task_id for one in dag.topological_sort()],
        "tasks": {
            name: {
                "owner": one.owner,
                "pool": one.pool,
                "retries": one.retries,
                "retry_delay_s": one.retry_delay.total_seconds(),
                "backoff": one.retry_exponential_backoff,
                "execution_timeout_s": one.execution_timeout.total_seconds(),
                "on_failure": [each.__name__ for each in one.on_failure_callback],
                "priority": one.priority_weight,
            }
            for name, one in tasks.items()
        },
    }


def scheduled_by(dag: Any) -> Any:
    """The timetable that the scheduler has."""
    return DagSerialization.from_dict(DagSerialization.to_dict(dag)).timetable


def due_after(dag: Any, text: str) -> datetime:
    """When the scheduler runs it next, from a time on."""
    restriction = TimeRestriction(pendulum.instance(datetime.fromisoformat(text)), None, catchup=True)
    found: datetime = (
        scheduled_by(dag)
        .next_dagrun_info(last_automated_data_interval=None, restriction=restriction)
        .run_after
    )
    return found


def run(kind: str, after: datetime, **given: Any) -> DagRun:
    """As the API server tells a task of its run."""
    times = dict.fromkeys(
        ("logical_date", "data_interval_start", "data_interval_end", "start_date", "end_date")
    )
    return DagRun(
        **{
            **times,
            "dag_id": "any",
            "run_id": "any",
            "run_after": after,
            "run_type": kind,
            "state": "running",
            "consumed_asset_events": [],
            "partition_key": None,
            **given,
        }
    )


def event(extra: dict[str, Any]) -> AssetEventDagRunReference:
    return AssetEventDagRunReference(
        asset=AssetReferenceAssetEventDagRun(name="any", uri="any", extra={}),
        extra=extra,
        source_task_id="any",
        source_dag_id="any",
        source_run_id="any",
        source_map_index=0,
        source_aliases=[],
        timestamp=datetime.now(UTC),
    )


def commands(dag: Any, dag_run: DagRun) -> list[list[str]]:
    """What a run of a DAG executes, in order."""
    found = []
    dates = dag.get_task("days").python_callable(**dag.get_task("days").op_kwargs, dag_run=dag_run)
    for one in dag.topological_sort():
        if isinstance(one, MappedOperator):
            unmapped: Any = one.unmap
            found += [unmapped({"date": date}).command({}) for date in dates]
    return found


def asked(bag: DagBag, question: dict[str, Any]) -> list[list[str]]:
    """The commands of a run of one kind."""
    dag, kind = bag.dags[question["dag"]], question["kind"]
    if kind == "asset_triggered":
        events = [event(extra) for extra in question["extras"]]
        return commands(dag, run(kind, datetime.now(UTC), consumed_asset_events=events))
    if kind == "manual":
        return commands(dag, run(kind, datetime.fromisoformat(question["after"]), conf=question.get("conf")))
    due = due_after(dag, question["after"])
    # A trigger timetable's interval has no length: it begins and ends when the run falls due.
    times = dict.fromkeys(("logical_date", "data_interval_start", "data_interval_end"), due)
    return commands(dag, run(kind, due, **times))


def killed(command: Path) -> str:
    """How a job ends whose task is ended while it runs."""
    os.environ["CITY_BATCH"] = str(command)
    job = CityBatch(task_id="job", job="retain")

    def end() -> None:
        # The command may be under way before the job knows of it.
        while job._hook.__dict__.get("sub_process") is None or not command.with_suffix(".running").exists():
            time.sleep(0.05)
        job.on_kill()

    ending = threading.Thread(target=end)
    ending.start()
    try:
        job.execute(Context())
    except AirflowException as error:
        return str(error)
    finally:
        ending.join()
    return "it went on"


def main() -> None:
    bag = DagBag(FOLDER, load_op_links=False, bundle_path=FOLDER)
    print(
        json.dumps(
            {
                "errors": bag.import_errors,
                "dags": {name: policy(dag) for name, dag in bag.dags.items()},
                "retain": operator(bag.dags["retain"].get_task("retain")).command({}),
                "killed": killed(Path(sys.argv[1])),
                "answers": [asked(bag, question) for question in json.load(sys.stdin)],
            }
        )
    )


if __name__ == "__main__":
    main()
