"""`city-weather`: the weather service's command."""

from citystream.commands.service import command_line
from citystream.contracts.weather import Weather
from citystream.service import Service
from citystream.settings import Settings
from services.weather.aggregate import SERVICE


def prepare(_: Settings) -> Service[Weather]:
    """The service; it needs no setting."""
    return SERVICE


main = command_line(SERVICE)
