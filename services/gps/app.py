"""`city-gps`: the gps service's command."""

from citystream.contracts.events import Gps
from citystream.service import Service
from citystream.service_cli import command_line
from citystream.settings import Settings
from services.gps.aggregate import SERVICE


def prepare(_: Settings) -> Service[Gps]:
    """The service; it needs no setting."""
    return SERVICE


main = command_line(SERVICE)
