"""Fields that say who somebody is: names that senders use beside the contracts' own.

None of them is a field of an event, so an event without their values is still the same event.
"""

from collections.abc import Collection, Iterator
from typing import Any

from msgspec import inspect

from citystream.contracts.event import Event

NAMES = (
    "plate", "license_plate", "licence_plate", "number_plate", "plate_number", "vin",
    "driver", "driver_name", "driver_id", "owner_name", "passenger_name",
    "patient", "patient_name", "caller", "caller_name",
    "first_name", "last_name", "full_name", "given_name", "family_name", "surname",
    "phone", "phone_number", "telephone", "mobile", "mobile_number", "email", "email_address",
    "address", "home_address", "birth_date", "date_of_birth",
)  # fmt: skip
"""What is redacted where nobody says otherwise."""

NONE = "none"
"""Instead of a list: nothing is redacted."""


def spelling(name: str) -> str:
    """One spelling of a name: `driver_name`, `driverName` and `Driver-Name` are one."""
    return "".join(char for char in name.lower() if char.isalnum())


def listed(text: str) -> tuple[str, ...]:
    """The names of a comma-separated list, or of `none`.

    Raises:
        ValueError: one of them has no letter a-z and no digit.
    """
    names = tuple(name for part in text.split(",") if (name := part.strip()))
    if names == (NONE,):
        return ()
    for name in names:
        if not any(char.isascii() for char in spelling(name)):
            raise ValueError(f"{name!r} has no letter a-z and no digit, by which it could be found")
    return names


def clash(names: Collection[str], type_: str, event: type[Event]) -> str | None:
    """Why fields of these names can't be redacted in events of a type; None where they can."""
    own = {spelling(name): name for name in field_names(event)}
    for name in names:
        if field := own.get(spelling(name)):
            return (
                f"{name!r} is {field}, a field of {type_} events: without its values a replay would give "
                "another result; leave it out of the list"
            )
    return None


def field_names(event: type[Event]) -> set[str]:
    """Names of an event's fields, at any depth."""
    return set(_names(inspect.type_info(event)))


def _names(kind: Any) -> Iterator[str]:
    if isinstance(kind, inspect.StructType):
        for field in kind.fields:
            yield field.encode_name
            yield from _names(field.type)
    elif isinstance(kind, inspect.UnionType):
        for one in kind.types:
            yield from _names(one)
    else:
        for part in ("type", "item_type", "value_type"):
            if inner := getattr(kind, part, None):
                yield from _names(inner)
