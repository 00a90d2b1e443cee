"""Shapes of answers, for the API's description: things and lists of them, each with how fresh it is."""

from typing import Any, Literal, TypeVar

import msgspec

from citystream.contracts.daily_view import DailyView
from gateway.days import IncompleteDay

S = TypeVar("S", bound=msgspec.Struct)

Source = Literal["speed", "batch", "last-known"]


class Fresh(msgspec.Struct, kw_only=True):
    """How fresh an answer is."""

    as_of: str | None
    """Event time of its newest event."""
    source: Source


class FreshList(Fresh, kw_only=True):
    """How fresh a list of things is."""

    as_of_median: str | None
    """Event time in the middle of those that it is about, all pages together."""


def thing(of: type[S]) -> type[msgspec.Struct]:
    """One thing by itself."""
    return _with(of, f"{of.__name__}Answer", _members(Fresh))


def listing(name: str, of: type[S]) -> type[msgspec.Struct]:
    """A page of things that stands under `name`."""
    members: list[tuple[str, Any]] = [
        ("count", int),
        ("total", int),
        ("next_cursor", str | None),
        (name, list[of]),  # type: ignore[valid-type] # a type made just now
        *_members(FreshList),
    ]
    return msgspec.defstruct(f"{of.__name__}List", members, namespace={"__doc__": f"A page of {name}."})


def daily_table(view: DailyView) -> type[msgspec.Struct]:
    """A page of a daily view's table of one day."""
    row = _with(view.row, f"Daily{view.row.__name__}", [])
    members: list[tuple[str, Any]] = [
        ("view", Literal[view.name]),
        ("date", str),
        ("timezone", str),
        ("from_", str),
        ("to", str),
        ("source", Literal["batch"]),
        ("version", str),
        ("published_at", str),
        ("incomplete_days", list[IncompleteDay]),
        ("left_out", int),
        ("total", int),
        ("count", int),
        ("next_cursor", str | None),
        ("rows", list[row]),  # type: ignore[valid-type] # a type made just now
    ]
    return msgspec.defstruct(
        f"{row.__name__}Table", members, namespace={"__doc__": view.row.__doc__}, rename={"from_": "from"}
    )


def _with(of: type[msgspec.Struct], name: str, more: list[tuple[str, Any]]) -> type[msgspec.Struct]:
    # A thing may tell its `as_of` itself.
    members = list(dict([*_members(of), *more]).items())
    return msgspec.defstruct(name, members, namespace={"__doc__": of.__doc__})


def _members(of: type[msgspec.Struct]) -> list[tuple[str, Any]]:
    return [(field.name, field.type) for field in msgspec.structs.fields(of)]
