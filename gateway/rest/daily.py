"""Daily views: tables of a closed day for those who plan, and what is usual on a road."""

from starlette.requests import Request
from starlette.responses import Response

from citystream.contracts.daily_views import DAILY
from gateway import answers, query
from gateway.daily import MOST_CSV_ROWS, Daily, Table
from gateway.endpoint import CSV, JSON, PARQUET, Endpoint, Parameter
from gateway.headers import Headers
from gateway.parameters import CURSOR, DATE, formats, limit
from gateway.published_days import PublishedDays
from gateway.rest import incomplete
from gateway.shapes import daily_table
from gateway.usual import Profiles, RoadProfile

SUFFIXES = {CSV: "csv", PARQUET: "parquet"}
FILE = {"type": "string", "format": "binary"}
HEADERS = {
    **incomplete.DESCRIBED,
    "Content-Disposition": "Name of a file, of CSV and Parquet.",
}
VIEW = Parameter("view", {"type": "string", "enum": list(DAILY)}, "Which table.", "roads", required=True)
ID = Parameter(
    "id",
    {"type": "array", "items": {"type": "string"}},
    "Only rows of this id, by the table's first key column; several times for several.",
)


def endpoints(days: PublishedDays, daily: Daily, profiles: Profiles) -> list[Endpoint]:
    """`/api/analytics/daily` and `/api/analytics/usual`."""

    async def table(request: Request) -> Response:
        wanted = query.daily_query(request.query_params, days.today())
        media_type = answers.chosen(request, JSON, CSV, PARQUET)
        found = await daily.table(wanted.rows.view, wanted.day)
        content = await daily.content(found, media_type, wanted.rows)
        await answers.packed_aside(request, content)
        return answers.answer(request, content, media_type, *_headers(found, media_type))

    async def usual(request: Request) -> Response:
        query.no_parameters(request.query_params)
        answers.chosen(request, JSON)
        return answers.answer(request, await profiles.road(request.path_params["road_id"]))

    return [
        Endpoint(
            path="/api/analytics/daily",
            handler=table,
            tag="analytics",
            summary=f"A table of a closed day; CSV has {MOST_CSV_ROWS} rows at most",
            answers={
                JSON: tuple(daily_table(view) for view in DAILY.values()),
                CSV: {"type": "string"},
                PARQUET: FILE,
            },
            headers=HEADERS,
            parameters=(VIEW, DATE, ID, limit("1000"), CURSOR, formats("json", *SUFFIXES.values())),
            problems=(404, 406),
        ),
        Endpoint(
            path="/api/analytics/usual/{road_id}",
            handler=usual,
            tag="analytics",
            summary="What is usual on a road, by the hour of the week",
            answers={JSON: RoadProfile},
            problems=(404, 406),
        ),
    ]


def _headers(table: Table, media_type: str) -> Headers:
    headers = incomplete.header(table.day)
    if media_type in SUFFIXES:
        name = f"{table.view.name}-{table.day.date}.{SUFFIXES[media_type]}"
        headers.append((b"content-disposition", f'attachment; filename="{name}"'.encode()))
    return headers
