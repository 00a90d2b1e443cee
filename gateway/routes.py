"""REST: what stands behind each path."""

from typing import Any

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from citystream.contracts import city_model
from gateway import answers, metrics, query
from gateway.analytics import traffic_summary
from gateway.authentication import has_role
from gateway.city import City
from gateway.link import now_ms
from gateway.problems import ProblemError, no_such
from gateway.processes import Processes
from gateway.query import VehicleQuery, vehicle_query
from gateway.status import platform_status
from gateway.users import Role
from gateway.view import View


class Api:
    """The routes, over one city."""

    def __init__(self, city: City, processes: Processes) -> None:
        self._city = city
        self._processes = processes
        self._roads = _roads_geojson(city)

    def routes(self) -> list[Route]:
        """Every route; a path that is spelled out comes before one with an id."""
        handlers = {
            "/api/traffic/live": self.traffic,
            "/api/traffic/live/{road_id}": self.road,
            "/api/vehicles/locations": self.vehicles,
            "/api/vehicles/{vehicle_id}": self.vehicle,
            "/api/emergencies/active": self.emergencies,
            "/api/emergencies/{incident_id}": self.emergency,
            "/api/weather/current": self.weather,
            "/api/cameras": self.cameras,
            "/api/analytics/traffic-summary": self.summary,
            "/api/roads": self.roads,
            "/api/status": self.status,
            "/healthz": self.healthz,
            "/readyz": self.readyz,
            "/metrics": self.metrics,
        }
        return [Route(path, handler, methods=["GET"]) for path, handler in handlers.items()]

    async def traffic(self, request: Request) -> Response:
        """Every road's newest window."""
        query.no_parameters(request.query_params)
        view = self._city.traffic.view
        answers.require_known(view)
        fresh = answers.freshness(self._city.link, view.newest_ms)
        return answers.answer(fresh, answers.aged_listing("roads", view.in_order()))

    async def road(self, request: Request) -> Response:
        """One road's newest window."""
        return self._one(request, self._city.traffic.view, "road_id", "/api/roads lists the roads")

    async def vehicles(self, request: Request) -> Response:
        """A page of positions."""
        view = self._city.vehicles.view
        answers.require_known(view)
        asked = request.scope["query_string"]
        page = view.cached(asked, lambda: self._vehicle_page(vehicle_query(request.query_params)))
        return answers.answer(answers.freshness(self._city.link, view.newest_ms), page)

    def _vehicle_page(self, asked: VehicleQuery) -> bytes:
        matching = [
            entry
            for entry in self._city.vehicles.view.in_order()
            if entry.within(asked.bbox)
            and (asked.types is None or (entry.value and entry.value.vehicle_type in asked.types))
            and (asked.since_ms is None or (entry.time_ms or 0) >= asked.since_ms)
        ]
        left = [entry for entry in matching if asked.after is None or entry.key > asked.after]
        page = left[: asked.limit]
        following = query.cursor(page[-1].key) if len(left) > len(page) else None
        head = {"total": len(matching), "next_cursor": following}
        return answers.members(head) + b"," + answers.listing("vehicles", page)

    async def vehicle(self, request: Request) -> Response:
        """One vehicle's position."""
        remedy = "/api/vehicles/locations lists the vehicles"
        return self._one(request, self._city.vehicles.view, "vehicle_id", remedy)

    async def emergencies(self, request: Request) -> Response:
        """Active incidents."""
        return self._list(request, self._city.emergencies.view, "emergencies")

    async def emergency(self, request: Request) -> Response:
        """One incident, active or not."""
        remedy = "/api/emergencies/active lists the active ones; ended ones are kept 7 days"
        return self._one(request, self._city.emergencies.view, "incident_id", remedy)

    async def weather(self, request: Request) -> Response:
        """Every station's latest observation."""
        return self._list(request, self._city.weather.view, "stations")

    async def cameras(self, request: Request) -> Response:
        """Every camera's latest observation."""
        return self._list(request, self._city.cameras.view, "cameras")

    async def summary(self, request: Request) -> Response:
        """The city in one answer."""
        query.no_parameters(request.query_params)
        views = self._city.views.values()
        answers.require_known(*views)
        newest_ms = max((view.newest_ms for view in views if view.newest_ms is not None), default=None)
        # It is made of all views, so it is kept with the first one, under what the others were then.
        revisions = tuple(view.revision for view in views)
        body = self._city.traffic.view.cached(revisions, lambda: answers.members(traffic_summary(self._city)))
        return answers.answer(answers.freshness(self._city.link, newest_ms), body)

    async def roads(self, request: Request) -> Response:
        """The model's roads as GeoJSON."""
        query.no_parameters(request.query_params)
        if self._roads is None:
            raise ProblemError(404, "the gateway has no city model", remedy="start it with CITY_MODEL=FILE")
        return Response(self._roads, media_type="application/geo+json")

    async def status(self, request: Request) -> Response:
        """How the platform stands; operators also see where its processes run."""
        query.no_parameters(request.query_params)
        with_instances = has_role(request, Role.OPERATOR)
        return _json(platform_status(self._city, self._processes.heard, with_instances=with_instances))

    async def healthz(self, _: Request) -> Response:
        """The process answers."""
        return _json({"state": "up"})

    async def readyz(self, _: Request) -> Response:
        """It has data to answer from: ready with last-known data too, or a lost Redis would take all away."""
        known = self._city.known
        return _json(
            {
                "ready": known,
                "source": self._city.link.source,
                "redis": "up" if self._city.link.up else "down",
            },
            200 if known else 503,
        )

    async def metrics(self, _: Request) -> Response:
        """For Prometheus."""
        now = now_ms()
        for topic, view in self._city.views.items():
            metrics.THINGS.labels(topic).set(len(view))
            if view.newest_ms is not None:
                metrics.DATA_AGE_SECONDS.labels(topic).set(max(0, now - view.newest_ms) / 1000)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    def _list(self, request: Request, view: View[Any], name: str) -> Response:
        query.no_parameters(request.query_params)
        answers.require_known(view)
        body = view.cached("list", lambda: answers.listing(name, view.in_order()))
        return answers.answer(answers.freshness(self._city.link, view.newest_ms), body)

    def _one(self, request: Request, view: View[Any], field: str, remedy: str) -> Response:
        query.no_parameters(request.query_params)
        answers.require_known(view)
        key = request.path_params[field]
        entry = view.get(key)
        if entry is None:
            raise no_such(field, key, remedy)
        return answers.one(self._city.link, entry)


def _roads_geojson(city: City) -> bytes | None:
    if city.model is None:
        return None
    return city_model.dump(city_model.CityModel(city.model.roads, {}, {}, {}, {}))


def _json(document: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(document), status, media_type="application/json")
