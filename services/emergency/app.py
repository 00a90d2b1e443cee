"""`city-emergency`: the emergency service's command."""

from citystream.contracts.area import Area
from citystream.contracts.city_model import load
from citystream.contracts.events import Emergency
from citystream.service import Service
from citystream.service_cli import command_line
from citystream.settings import Settings
from services.emergency.aggregate import service


def prepare(settings: Settings) -> Service[Emergency]:
    """The service with the area of the city."""
    return service(Area.around(load(settings.model), settings.margin_km) if settings.model else None)


main = command_line(service(None), prepare)
