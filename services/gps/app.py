"""`city-gps`: the gps service's command."""

from citystream.service_cli import command_line
from services.gps.aggregate import SERVICE

main = command_line(SERVICE)
