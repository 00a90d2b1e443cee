"""Alerts as a webhook gets them."""

from types import SimpleNamespace
from urllib.error import HTTPError

import pytest

from batch.airflow.alerts import deadline_missed, task_failed
from tests.airflow.webhook import Receiver

TASK = SimpleNamespace(
    dag_id="trends", task_id="trends", run_id="run-1", try_number=4, log_url="http://airflow/log"
)
CONTEXT = {
    "task_instance": TASK,
    "task": SimpleNamespace(date="2026-11-27"),
    "exception": ValueError("city-batch trends ended with status 1"),
}


def test_a_task_s_failure_names_the_day_and_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver() as webhook:
        monkeypatch.setenv("CITY_ALERT_WEBHOOK", webhook.url)
        task_failed(CONTEXT)
    assert webhook.messages == [
        {
            "text": "trends: trends failed after 4 tries, of 2026-11-27",
            "event": "task_failed",
            "dag_id": "trends",
            "task_id": "trends",
            "run_id": "run-1",
            "date": "2026-11-27",
            "tries": 4,
            "error": "city-batch trends ended with status 1",
            "log_url": "http://airflow/log",
        }
    ]


def test_a_missed_deadline_names_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    run = {"dag_id": "trends", "dag_run_id": "run-1"}
    with Receiver() as webhook:
        monkeypatch.setenv("CITY_ALERT_WEBHOOK", webhook.url)
        deadline_missed({"dag_run": run, "deadline": {"deadline_time": "2026-11-28T07:30:00Z"}})
    assert webhook.messages == [
        {
            "text": "trends: not done by 2026-11-28T07:30:00Z",
            "event": "deadline_missed",
            "dag_id": "trends",
            "run_id": "run-1",
            "deadline": "2026-11-28T07:30:00Z",
        }
    ]


def test_without_a_webhook_the_log_has_it(caplog: pytest.LogCaptureFixture) -> None:
    task_failed(CONTEXT)
    assert "trends failed after 4 tries, of 2026-11-27" in caplog.text


def test_a_webhook_that_refuses_is_an_error_and_the_log_has_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with Receiver(500) as webhook:
        monkeypatch.setenv("CITY_ALERT_WEBHOOK", webhook.url)
        with pytest.raises(HTTPError, match="500") as refused:
            task_failed(CONTEXT)
        refused.value.close()
    assert "trends failed after 4 tries" in caplog.text
