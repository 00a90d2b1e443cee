"""`city-gps`: the gps service's command."""

from citystream.commands.service import command_line
from citystream.contracts.area import Area
from citystream.contracts.gps import Gps
from citystream.service import Service
from citystream.settings import Settings
from services.gps.aggregate import service


def prepare(settings: Settings) -> Service[Gps]:
    """The service with the area of the city."""
    return service(Area.of(settings.model, settings.margin_km))


main = command_line(service(None), prepare)
