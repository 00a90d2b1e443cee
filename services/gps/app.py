"""`city-gps`: the gps service's command."""

from citystream.contracts.area import Area
from citystream.contracts.city_model import load
from citystream.contracts.events import Gps
from citystream.service import Service
from citystream.service_cli import command_line
from citystream.settings import Settings
from services.gps.aggregate import service


def prepare(settings: Settings) -> Service[Gps]:
    """The service with the area of the city."""
    return service(Area.around(load(settings.model), settings.margin_km) if settings.model else None)


main = command_line(service(None), prepare)
