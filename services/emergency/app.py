"""`city-emergency`: the emergency service's command."""

from citystream.service_cli import command_line
from services.emergency.aggregate import SERVICE

main = command_line(SERVICE)
