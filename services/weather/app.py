"""`city-weather`: the weather service's command."""

from citystream.service_cli import command_line
from services.weather.aggregate import SERVICE

main = command_line(SERVICE)
