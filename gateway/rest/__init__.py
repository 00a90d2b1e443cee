"""REST, an area a module; each lists its endpoints."""

from zoneinfo import ZoneInfo

from gateway.authentication import Authenticator
from gateway.city import City
from gateway.endpoint import Endpoint
from gateway.lasting import Lasting
from gateway.layer_states import LayerStates
from gateway.live import Live
from gateway.processes import Processes
from gateway.records import Records
from gateway.rest import (
    analytics,
    cameras,
    cap,
    daily,
    described,
    emergencies,
    forecasts,
    gtfs_realtime,
    model,
    ngsi_ld,
    platform,
    quality,
    session,
    stream,
    traffic,
    vehicles,
    weather,
)
from gateway.session.sessions import Sessions
from gateway.settings import GatewaySettings


def endpoints(
    city: City,
    layers: LayerStates,
    processes: Processes,
    records: Records,
    live: Live,
    lasting: Lasting,
    authenticator: Authenticator,
    sessions: Sessions,
    own: GatewaySettings,
    namespace: str,
    timezone: ZoneInfo,
) -> list[Endpoint]:
    """Every endpoint."""
    others = [
        *traffic.endpoints(city, records),
        *forecasts.endpoints(city),
        *vehicles.endpoints(city, records),
        *emergencies.endpoints(city),
        *weather.endpoints(city, records.stations),
        *cameras.endpoints(city, records.camera_roads),
        *analytics.endpoints(city, records.city),
        *daily.endpoints(records.days, records.daily, records.profiles),
        *quality.endpoints(records.days, records.quality),
        *model.endpoints(city.model, timezone, own.tile_server),
        *platform.endpoints(city, layers, processes),
        *stream.endpoints(live, lasting),
        *gtfs_realtime.endpoints(city),
        *ngsi_ld.endpoints(city),
        *cap.endpoints(city, own.cap_sender or namespace),
        *session.endpoints(authenticator, sessions, own.request_s),
    ]
    return [*others, *described.endpoints(others)]
