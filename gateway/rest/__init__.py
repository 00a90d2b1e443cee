"""REST, an area a module; each lists its endpoints."""

from zoneinfo import ZoneInfo

from gateway.city import City
from gateway.endpoint import Endpoint
from gateway.live import Live
from gateway.processes import Processes
from gateway.records import Records
from gateway.rest import (
    analytics,
    cameras,
    cap,
    described,
    emergencies,
    gtfs_realtime,
    model,
    ngsi_ld,
    platform,
    stream,
    traffic,
    vehicles,
    weather,
)
from gateway.sessions import Sessions


def endpoints(
    city: City,
    processes: Processes,
    records: Records,
    live: Live,
    sessions: Sessions,
    cap_sender: str,
    timezone: ZoneInfo,
) -> list[Endpoint]:
    """Every endpoint."""
    others = [
        *traffic.endpoints(city, records),
        *vehicles.endpoints(city, records),
        *emergencies.endpoints(city),
        *weather.endpoints(city, records.stations),
        *cameras.endpoints(city, records.camera_roads),
        *analytics.endpoints(city, records.city),
        *model.endpoints(city.model, timezone),
        *platform.endpoints(city, processes),
        *stream.endpoints(live, sessions),
        *gtfs_realtime.endpoints(city),
        *ngsi_ld.endpoints(city),
        *cap.endpoints(city, cap_sender),
    ]
    return [*others, *described.endpoints(others)]
