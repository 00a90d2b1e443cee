"""For those who run the gateway: health and metrics, on a port of their own and without a password."""

from collections.abc import Callable, Iterable
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Metric, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from citystream.process import resident_bytes
from gateway import headers, metrics, problems
from gateway.batch_metrics import DayFile, DayMetrics
from gateway.city import City
from gateway.link import ORIGINS, now_ms
from gateway.rest import things
from gateway.standing import Standing

Answer = Callable[[], Response]
HEADERS = headers.defaults(tls=False)


def application(city: City) -> Starlette:
    """`/healthz`, `/readyz` and `/metrics` of the one process that there is."""

    def healthz() -> Response:
        return things.json({"state": "up"})

    def readyz() -> Response:
        # Ready with last-known data too, or a lost Redis would take all gateways away.
        known = city.known
        return things.json(
            {"ready": known, "source": city.source, "redis": "up" if city.link.up else "down"},
            200 if known else 503,
        )

    def prometheus() -> Response:
        show(city)
        return _exposed(REGISTRY, 200)

    return _application(healthz, readyz, prometheus)


def application_of_several(standing: Callable[[], Standing], metrics_folder: Path) -> Starlette:
    """The same of several processes, answered by none of them; their metrics lie in the folder."""
    registry = CollectorRegistry()
    registry.register(Merged(metrics_folder))
    registry.register(metrics.PROCESSES)
    registry.register(DayMetrics(DayFile(metrics_folder).read))

    def healthz() -> Response:
        wanted, alive, *_ = standing()
        # One that died is begun again; a restart of all would only take the others away.
        state = "up" if alive == wanted else "degraded" if alive else "down"
        return things.json({"state": state, "processes": wanted, "alive": alive}, 200 if alive else 503)

    def readyz() -> Response:
        wanted, _, ready, source, redis_up = standing()
        return things.json(
            {
                "ready": ready == wanted,
                "processes": wanted,
                "processes_ready": ready,
                "source": source,
                "redis": "up" if redis_up else "down",
            },
            200 if ready == wanted else 503,
        )

    def prometheus() -> Response:
        now = standing()
        for state, count in (("wanted", now.wanted), ("alive", now.alive), ("ready", now.ready)):
            metrics.PROCESSES.labels(state).set(count)
        # A scrape that succeeded would say that the gateway answers.
        return _exposed(registry, 200 if now.alive else 503)

    return _application(healthz, readyz, prometheus)


def show(city: City) -> None:
    """Set the metrics that nothing but time changes, or everything does."""
    now = now_ms()
    resident = resident_bytes()
    if resident is not None:
        metrics.RESIDENT_BYTES.set(resident)
    metrics.REDIS_DOWN_SECONDS.set(city.link.down_s)
    for topic, view in city.views.items():
        metrics.THINGS.labels(topic).set(len(view))
        for origin in ORIGINS:
            metrics.SOURCE.labels(topic, origin).set(view.source == origin)
        if view.newest_ms is not None:
            metrics.DATA_AGE_SECONDS.labels(topic).set(max(0, now - view.newest_ms) / 1000)
    _show_forecasts(city, now)


def _show_forecasts(city: City, now: int) -> None:
    for report in (entry.value for entry in city.models.view.all() if entry.value):
        metrics.FORECAST_AGE_SECONDS.labels(report.name).set(max(0, now - report.as_of_ms) / 1000)
        for horizon in report.horizons:
            labels = report.name, str(horizon.minutes)
            errors = horizon.all.model
            for metric, told in (
                (metrics.FORECAST_MAE, errors.mae_kmh),
                (metrics.FORECAST_MAPE, _part(errors.mape_pct)),
                (metrics.FORECAST_COVERAGE, _part(horizon.coverage_pct)),
            ):
                if told is not None:
                    metric.labels(*labels).set(told)


def _part(pct: float | None) -> float | None:
    return None if pct is None else pct / 100


class Merged(Collector):
    """What all processes wrote into a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterable[Metric]:
        # The library's own way to list them reads files that a process has only just made, and fails.
        files = [str(file) for file in self._folder.glob("*.db") if file.stat().st_size]
        merged: Iterable[Metric] = MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]
        return merged


def _exposed(registry: Collector, status: int) -> Response:
    return Response(generate_latest(registry), status, media_type=CONTENT_TYPE_LATEST)


def _application(healthz: Answer, readyz: Answer, prometheus: Answer) -> Starlette:
    def route(path: str, answer: Answer) -> Route:
        async def handler(_: Request) -> Response:
            told = answer()
            told.raw_headers = headers.completed(told.raw_headers, HEADERS)
            return told

        return Route(path, handler)

    return Starlette(
        routes=[route("/healthz", healthz), route("/readyz", readyz), route("/metrics", prometheus)],
        exception_handlers=problems.HANDLERS,
    )
