"""The gateway tells of the newest closed day by itself, as one process and as several."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from citystream.contracts import s3_paths
from citystream.contracts.manifest import Compacted, Job, Manifest
from tests.conftest import make_bucket
from tests.gateway.conftest import StartGateway
from tests.gateway.running import Gateway, until
from tests.gateway.written_days import WrittenDays, zone_of_another_date

LOOKS = {"CITY_GATEWAY_BATCH_LOOK_S": "0.2"}
PREFIX = "city_batch_"
FINISHED_MS = 1_773_200_000_500


async def told(gateway: Gateway) -> dict[str, float]:
    """Series of the newest day -> value."""
    lines = (await gateway.operations.get("/metrics")).text.splitlines()
    found = [line.removeprefix(PREFIX).rpartition(" ") for line in lines if line.startswith(PREFIX)]
    return {series: float(value) for series, _, value in found}


def of(manifest: Manifest) -> dict[str, Any]:
    return {"day_timestamp_seconds": manifest.end_ms / 1000}


@pytest.mark.parametrize("processes", ["1", "2"])
async def test_the_newest_closed_day_is_told_without_a_request_and_one_before_it_is_forgotten(
    start_gateway: StartGateway, s3_endpoint: str, namespace: str, processes: str
) -> None:
    make_bucket(s3_endpoint, namespace)
    with WrittenDays(s3_endpoint, namespace, namespace, zone_of_another_date()) as days:
        today = datetime.now(days.zone).date()
        at = [(today - timedelta(days=ago)).isoformat() for ago in range(40)]
        # What is not over, is of no day or can't be read is not the newest.
        days.publish(at[0], {})
        days.put_manifest("2026-02-30", b"{}")
        days.put_manifest(at[1], b"{}")
        gateway = await start_gateway(**LOOKS, **days.environment, CITY_GATEWAY_PROCESSES=processes)

        async def log() -> str:
            return gateway.process.log.read_text()

        # It has looked.
        await until(log, lambda text: f"date={at[1]}.json can't be read" in text)
        assert await told(gateway) == {}
        jobs = {
            "compact": Job(finished_ms=FINISHED_MS, seconds=2.5, rows=70),
            "reconcile": Job(
                finished_ms=FINISHED_MS,
                seconds=1.25,
                checks_failed=3,
                drift_pct={"traffic.readings": 1.5, "gps.positions": 0.0},
            ),
        }
        compacted = {"gps": Compacted(version="1"), "traffic": Compacted(version="1", reasons=["late"])}
        # However long ago the batch layer has stopped, it is known.
        old = days.publish(at[39], {}, jobs=jobs, compacted=compacted)
        expected = of(old) | {
            'job_finished_timestamp_seconds{name="compact"}': FINISHED_MS / 1000,
            'job_finished_timestamp_seconds{name="reconcile"}': FINISHED_MS / 1000,
            'job_seconds{name="compact"}': 2.5,
            'job_seconds{name="reconcile"}': 1.25,
            'job_rows{name="compact"}': 70,
            'job_rows{name="reconcile"}': 0,
            'job_checks_failed{name="compact"}': 0,
            'job_checks_failed{name="reconcile"}': 3,
            'drift_ratio{metric="readings",type="traffic"}': 0.015,
            'drift_ratio{metric="positions",type="gps"}': 0,
            'incomplete{type="gps"}': 0,
            'incomplete{type="traffic"}': 1,
        }

        async def series() -> dict[str, float]:
            return await told(gateway)

        await until(series, lambda found: found == expected)
        fewer = days.publish(at[3], {}, jobs={"compact": Job(finished_ms=1_000, seconds=1.0)})
        expected = of(fewer) | {
            'job_finished_timestamp_seconds{name="compact"}': 1,
            'job_seconds{name="compact"}': 1,
            'job_rows{name="compact"}': 0,
            'job_checks_failed{name="compact"}': 0,
        }
        await until(series, lambda found: found == expected)
        newest = days.publish(at[2], {})
        await until(series, lambda found: found == of(newest))
        for day in at:
            days.delete(s3_paths.manifest(namespace, day))
        await until(series, lambda found: found == {})
