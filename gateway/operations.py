"""For those who run the gateway: health and metrics, on a port of their own and without a password."""

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway import metrics, problems
from gateway.city import City
from gateway.link import ORIGINS, now_ms
from gateway.rest import things


def application(city: City) -> Starlette:
    """`/healthz`, `/readyz` and `/metrics`."""

    async def healthz(_: Request) -> Response:
        return things.json({"state": "up"})

    async def readyz(_: Request) -> Response:
        # Ready with last-known data too, or a lost Redis would take all gateways away.
        known = city.known
        return things.json(
            {"ready": known, "source": city.source, "redis": "up" if city.link.up else "down"},
            200 if known else 503,
        )

    async def prometheus(_: Request) -> Response:
        now = now_ms()
        metrics.REDIS_DOWN_SECONDS.set(city.link.down_s)
        for topic, view in city.views.items():
            metrics.THINGS.labels(topic).set(len(view))
            for origin in ORIGINS:
                metrics.SOURCE.labels(topic, origin).set(view.source == origin)
            if view.newest_ms is not None:
                metrics.DATA_AGE_SECONDS.labels(topic).set(max(0, now - view.newest_ms) / 1000)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", prometheus),
        ],
        exception_handlers=problems.HANDLERS,
    )
