"""`city-traffic`: the traffic service's command."""

from citystream.commands.service import command_line
from citystream.contracts.city_model import load
from citystream.contracts.traffic import Traffic
from citystream.metrics import Metrics
from citystream.roles import Running
from citystream.service import Service
from citystream.settings import Settings
from services.traffic.aggregate import service


def prepare(settings: Settings) -> Service[Traffic]:
    """The service with the city's free-flow speeds."""
    return service(load(settings.model) if settings.model else None)


def forecast(settings: Settings, metrics: Metrics) -> Running:
    """The role that forecasts."""
    # numpy is not for the other roles.
    from services.traffic.forecast.role import running

    return running(settings, metrics)


main = command_line(
    service(None),
    prepare,
    {"forecast": ("learns each road's speed and forecasts it, in one process of a city", forecast)},
)
