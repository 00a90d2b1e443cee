"""Services by name, for processes that fold with them and import none: their entry points."""

from importlib.metadata import entry_points
from typing import Any

from citystream.service import Service
from citystream.settings import Settings

GROUP = "citystream.services"


class NotInstalledError(LookupError):
    """There is no such service here."""


def installed_names() -> list[str]:
    """Names of the services that are installed here, sorted."""
    return sorted({point.name for point in entry_points(group=GROUP)})


def installed_service(name: str, settings: Settings) -> Service[Any]:
    """The service as its own command would have it.

    Raises:
        NotInstalledError: no installed package names it.
    """
    for point in entry_points(group=GROUP, name=name):
        service: Service[Any] = point.load()(settings)
        return service
    raise NotInstalledError(f"no service {name!r} among the entry points of {GROUP!r}")
