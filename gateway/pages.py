"""A page of a list, and the cursor that asks for the next one.

A cursor is the place of the last item in the list's order, so pages stay right while things come and go:
an item that is there all the time is on exactly one page.
"""

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar

import msgspec

from gateway.problems import bad_field


class _Ordered(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...


T = TypeVar("T")
P = TypeVar("P", bound=_Ordered)


def page(
    items: Iterable[T], place: Callable[[T], P], after: P | None, limit: int | None
) -> tuple[list[T], P | None]:
    """The items after a place, at most so many, and the last one's place if more follow.

    `items` are in ascending order of their places, and no two have the same.
    """
    left = [item for item in items if after is None or after < place(item)]
    if limit is None or len(left) <= limit:
        return left, None
    return left[:limit], place(left[limit - 1])


def cursor(place: object) -> str:
    """What asks for the page after this place."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def read_cursor(text: str, type_: type[T]) -> T:
    """The place of a cursor.

    Raises:
        ProblemError: it is none of this list's.
    """
    try:
        padded = text + "=" * (-len(text) % 4)
        return msgspec.json.decode(base64.b64decode(padded, altchars=b"-_", validate=True), type=type_)
    except (binascii.Error, ValueError) as error:
        raise bad_field(
            "cursor", "not one of this list's", "give next_cursor of the page before, unchanged"
        ) from error
