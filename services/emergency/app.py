"""`city-emergency`: the emergency service's command."""

from citystream.contracts.events import Emergency
from citystream.service import Service
from citystream.service_cli import command_line
from citystream.settings import Settings
from services.emergency.aggregate import SERVICE


def prepare(_: Settings) -> Service[Emergency]:
    """The service; it needs no setting."""
    return SERVICE


main = command_line(SERVICE)
