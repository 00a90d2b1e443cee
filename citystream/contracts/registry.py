"""The platform's own types: every module of this package that defines an event."""

from importlib import import_module
from pkgutil import iter_modules

from citystream import contracts
from citystream.contracts.event import Event


def _events() -> dict[str, type[Event]]:
    found = {}
    for about in iter_modules(contracts.__path__):
        module = import_module(f"{contracts.__name__}.{about.name}")
        for one in vars(module).values():
            # What it imports from another module is that one's.
            own = isinstance(one, type) and one.__module__ == module.__name__
            if own and issubclass(one, Event) and one is not Event:
                found[about.name] = one
    return found


EVENTS = _events()
"""Topic name -> event, by name. A type's module is named as its topic is."""
