"""`city-traffic`: the traffic service's command."""

from citystream.commands.service import command_line
from citystream.contracts.city_model import load
from citystream.contracts.traffic import Traffic
from citystream.service import Service
from citystream.settings import Settings
from services.traffic.aggregate import service


def prepare(settings: Settings) -> Service[Traffic]:
    """The service with the city's free-flow speeds."""
    return service(load(settings.model) if settings.model else None)


main = command_line(service(None), prepare)
