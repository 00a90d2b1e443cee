"""Every service there is, by name; a test over these is a contract that a new one must meet.

A folder in `services/` is a service: its `app` has a `SERVICE`, or `prepare` where it needs settings.
"""

import importlib
import pkgutil
from typing import Any

from pydantic import SecretStr

import services
from citystream.service import Service
from citystream.settings import Settings

PLATE_KEY = "a key for tests"


def described(folder: str) -> Service[Any]:
    """The service in one folder, as its worker has it."""
    app = importlib.import_module(f"{services.__name__}.{folder}.app")
    if hasattr(app, "prepare"):
        prepared: Service[Any] = app.prepare(Settings(plate_key=SecretStr(PLATE_KEY)))
        return prepared
    plain: Service[Any] = app.SERVICE
    return plain


SERVICES: dict[str, Service[Any]] = {
    service.name: service
    for service in (described(one.name) for one in pkgutil.iter_modules(services.__path__) if one.ispkg)
}
