"""How good a day's data is: its summary, and the report as a page."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import msgspec
import pytest

from citystream.contracts.daily import ROADS
from citystream.contracts.daily_view import batch_view
from citystream.contracts.event_time import rfc3339
from citystream.contracts.manifest import Job
from citystream.contracts.quality import QUALITY, QUALITY_ENTITIES, QUALITY_INTERVALS
from tests.conftest import make_bucket
from tests.gateway.conftest import gateway_environment
from tests.gateway.running import Gateway, until
from tests.gateway.written_days import Rows, WrittenDays, samples, zone_of_another_date

PATH = "/api/analytics/quality"
REPORT = f"{PATH}/report"
TABLE = "/api/analytics/daily?view="
DAY, BARE, WITHOUT, NOBODYS, LOST, UNREADABLE = (f"2026-03-{day}" for day in range(10, 16))
REASON = "the archive is not whole"
PAGE = b"<!doctype html><meta charset=utf-8><style>p{color:red}</style><p>Qualit\xc3\xa4t" + b" " * 2_000
JOBS = {
    "quality": Job(finished_ms=1_773_200_000_000, seconds=12.5, rows=30, checks_failed=2),
    "reconcile": Job(
        finished_ms=1_773_200_100_000, seconds=3.0, rows=9, drift_pct={"traffic.readings": 0.25}
    ),
}


@dataclass
class Written:
    """Days of a city, and a gateway that reads them."""

    days: WrittenDays
    gateway: Gateway

    async def ask(self, path: str, headers: dict[str, str] | None = None, **asked: str) -> httpx.Response:
        """On a busy machine the process that reads may take longer than anyone waits."""
        return await until(
            # Without any, a link's own stay.
            lambda: self.gateway.http.get(path, params=asked or None, headers=headers),
            lambda answer: answer.status_code != 503,
        )

    async def good(self, path: str, **asked: str) -> httpx.Response:
        answer = await self.ask(path, None, **asked)
        assert answer.status_code == 200, answer.text
        return answer


@pytest.fixture(scope="module")
async def written(redis_url: str, s3_endpoint: str, gateway_dir: Path) -> AsyncIterator[Written]:
    namespace = f"t{secrets.token_hex(3)}-quality"
    make_bucket(s3_endpoint, namespace)
    with WrittenDays(s3_endpoint, namespace, namespace, zone_of_another_date()) as days:
        environment = gateway_environment(gateway_dir, redis_url, namespace) | days.environment
        gateway = Gateway(gateway_dir, environment)
        await gateway.start()
        yield Written(days, gateway)
        await gateway.stop()


def publish(days: WrittenDays, text: str, report: bytes | None = PAGE) -> str:
    """A day that has all of quality; its version."""
    day = days.day(text)
    tables = [
        Rows(view, samples(view, count, day))
        for view, count in ((QUALITY, 4), (QUALITY_INTERVALS, 3), (QUALITY_ENTITIES, 2))
    ]
    manifest = days.publish(text, {}, tables=tables, report=report, jobs=JOBS)
    return manifest.views[batch_view(QUALITY)].version


async def test_a_days_summary_has_its_jobs_its_checks_and_where_there_is_more(written: Written) -> None:
    days = written.days
    version, day = publish(days, DAY), days.day(DAY)
    told = await written.good(PATH, date=DAY)
    assert told.json() == {
        "date": DAY,
        "timezone": days.zone.key,
        "from": rfc3339(day.start_ms),
        "to": rfc3339(day.end_ms),
        "source": "batch",
        "version": version,
        "published_at": rfc3339(day.end_ms),
        "incomplete_days": [],
        "jobs": [
            {
                "name": name,
                "finished_at": rfc3339(job.finished_ms),
                "seconds": job.seconds,
                "rows": job.rows,
                "checks_failed": job.checks_failed,
                "drift_pct": job.drift_pct,
            }
            for name, job in JOBS.items()
        ],
        "checks": [msgspec.to_builtins(row) for row in samples(QUALITY, 4, day)],
        "intervals": 3,
        "entities": 2,
        "links": {
            "report": f"{REPORT}?date={DAY}",
            "checks": f"{TABLE}quality&date={DAY}",
            "intervals": f"{TABLE}quality_intervals&date={DAY}",
            "entities": f"{TABLE}quality_entities&date={DAY}",
        },
    }
    assert "city-incomplete" not in told.headers
    for link in told.json()["links"].values():
        await written.good(link)
    same = await written.ask(PATH, {"If-None-Match": told.headers["etag"]}, date=DAY)
    assert (same.status_code, same.content) == (304, b"")


async def test_what_a_day_lacks_beside_its_checks_is_null(written: Written) -> None:
    days = written.days
    checks = Rows(QUALITY, samples(QUALITY, 1, days.day(BARE)), (REASON,))
    days.publish(BARE, {}, tables=[checks, Rows(QUALITY_INTERVALS, None)])
    told = await written.good(PATH, date=BARE)
    answer = told.json()
    assert (answer["jobs"], answer["intervals"], answer["entities"]) == ([], None, None)
    assert answer["incomplete_days"] == [{"date": BARE, "reasons": [REASON]}]
    assert told.headers["city-incomplete"] == BARE
    links = answer["links"]
    assert links.pop("checks") == f"{TABLE}quality&date={BARE}"
    assert links == {"report": None, "intervals": None, "entities": None}


async def test_the_report_is_a_page_that_runs_nothing_and_loads_nothing(written: Written) -> None:
    publish(written.days, DAY)
    page = await written.good(REPORT, date=DAY)
    assert page.content == PAGE
    headers = page.headers
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["x-content-type-options"] == "nosniff"
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    allowed = {name: value for name, value in policy.items() if value not in ("'none'", "")}
    assert allowed == {"style-src": "'unsafe-inline'", "img-src": "data:"}
    assert {"default-src", "frame-ancestors", "sandbox"} <= policy.keys()
    assert "content-encoding" in headers
    same = await written.ask(REPORT, {"If-None-Match": headers["etag"]}, date=DAY)
    assert (same.status_code, same.content) == (304, b"")
    # It is for users, as all of the API is.
    assert (await written.gateway.http.get(REPORT, auth=None)).status_code == 401
    refused = await written.ask(REPORT, {"Accept": "application/json"}, date=DAY)
    assert refused.status_code == 406


async def test_without_a_date_it_is_the_newest_day_that_has_it(written: Written) -> None:
    days = written.days
    today = datetime.now(days.zone).date()
    at = [(today - timedelta(days=ago)).isoformat() for ago in range(3)]
    days.publish(at[0], {}, tables=[Rows(ROADS, [])])
    publish(days, at[1], report=None)
    publish(days, at[2])
    assert (await written.good(PATH)).json()["date"] == at[1]
    # Of yesterday's there is no report, so it is the one before.
    assert (await written.good(REPORT)).content == PAGE


@pytest.mark.parametrize("path", [PATH, REPORT])
async def test_a_day_without_it_is_404_and_says_which_command_makes_it(written: Written, path: str) -> None:
    written.days.publish(WITHOUT, {}, tables=[Rows(ROADS, [])])
    for day, said in ((WITHOUT, "without daily.quality"), (NOBODYS, "not published")):
        answer = await written.ask(path, date=day)
        assert (answer.status_code, answer.json()["field"]) == (404, "date")
        assert said in answer.json()["detail"]
        assert f"`city-batch quality --date {day}`" in answer.json()["remedy"]


@pytest.mark.parametrize("path", [PATH, REPORT])
async def test_what_can_not_be_asked_is_refused_by_name(written: Written, path: str) -> None:
    for asked in ({"date": "tomorrow"}, {"view": "quality"}):
        answer = await written.gateway.http.get(path, params=asked)
        assert (answer.status_code, answer.json()["field"]) == (400, next(iter(asked)))


async def test_what_can_not_be_read_is_503_and_another_day_goes_on(written: Written) -> None:
    days = written.days
    manifest = days.publish(
        LOST, {}, tables=[Rows(QUALITY, samples(QUALITY, 1, days.day(LOST)))], report=PAGE
    )
    for view in manifest.views.values():
        days.delete(view.objects[0].key)
    days.put_manifest(UNREADABLE, b"{}")
    for path in (PATH, REPORT):
        for day in (LOST, UNREADABLE):
            answer = await written.gateway.http.get(path, params={"date": day})
            assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
            assert "batch layer" in answer.json()["detail"]
    publish(days, DAY)
    await written.good(REPORT, date=DAY)
