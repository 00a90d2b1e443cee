"""REST, an area a module; each lists its endpoints."""

from gateway.city import City
from gateway.endpoint import Endpoint, in_order
from gateway.history import History
from gateway.live import Live
from gateway.processes import Processes
from gateway.rest import (
    analytics,
    cameras,
    cap,
    described,
    emergencies,
    gtfs_realtime,
    ngsi_ld,
    platform,
    stream,
    traffic,
    vehicles,
    weather,
)
from gateway.sessions import Sessions
from gateway.track import Tracks


def endpoints(
    city: City,
    processes: Processes,
    history: History,
    tracks: Tracks,
    live: Live,
    sessions: Sessions,
    cap_sender: str,
) -> list[Endpoint]:
    """Every endpoint, as the router shall try them."""
    others = [
        *traffic.endpoints(city, history),
        *vehicles.endpoints(city, tracks),
        *emergencies.endpoints(city),
        *weather.endpoints(city),
        *cameras.endpoints(city),
        *analytics.endpoints(city),
        *platform.endpoints(city, processes),
        *stream.endpoints(live, sessions),
        *gtfs_realtime.endpoints(city),
        *ngsi_ld.endpoints(city),
        *cap.endpoints(city, cap_sender),
    ]
    return in_order([*others, *described.endpoints(others)])
