"""How good a closed day's data is, for programs and for people."""

from starlette.requests import Request
from starlette.responses import Response

from gateway import answers, query
from gateway.endpoint import HTML, JSON, Endpoint
from gateway.parameters import DATE
from gateway.published_days import PublishedDays
from gateway.quality import PATH, REPORT_PATH, DayQuality, Quality
from gateway.rest import incomplete

POLICY = (
    b"default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; "
    b"base-uri 'none'; form-action 'none'; sandbox"
)
"""The report is a page with its own style and pictures, and nothing that runs or loads."""


def endpoints(days: PublishedDays, quality: Quality) -> list[Endpoint]:
    """`/api/analytics/quality` and its report."""

    async def summary(request: Request) -> Response:
        wanted = query.date_alone(request.query_params, days.today())
        answers.chosen(request, JSON)
        content, day = await quality.summary(wanted)
        return answers.answer(request, content, JSON, *incomplete.header(day))

    async def report(request: Request) -> Response:
        wanted = query.date_alone(request.query_params, days.today())
        answers.chosen(request, HTML)
        content, day = await quality.report(wanted)
        await answers.packed_aside(request, content)
        policy = (b"content-security-policy", POLICY)
        headers = [policy, *incomplete.header(day)]
        return answers.answer(request, content, f"{HTML}; charset=utf-8", *headers)

    return [
        Endpoint(
            path=PATH,
            handler=summary,
            tag="analytics",
            summary="How good a closed day's data is: its rules, and how its jobs went",
            answers={JSON: DayQuality},
            headers=incomplete.DESCRIBED,
            parameters=(DATE,),
            problems=(404, 406),
        ),
        Endpoint(
            path=REPORT_PATH,
            handler=report,
            tag="analytics",
            summary="The same as a page for people, with pictures",
            answers={HTML: {"type": "string"}},
            headers=incomplete.DESCRIBED,
            parameters=(DATE,),
            problems=(404, 406),
        ),
    ]
