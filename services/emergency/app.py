"""`city-emergency`: the emergency service's command."""

from citystream.commands.service import command_line
from citystream.contracts.area import Area
from citystream.contracts.emergency import Emergency
from citystream.service import Service
from citystream.settings import Settings
from services.emergency.aggregate import service


def prepare(settings: Settings) -> Service[Emergency]:
    """The service with the area of the city."""
    return service(Area.of(settings.model, settings.margin_km))


main = command_line(service(None), prepare)
