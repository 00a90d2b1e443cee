"""What a kind of thing states of itself, so that the feed can keep its view."""

import abc
from collections.abc import Mapping
from typing import ClassVar, Generic, Literal, TypeVar

from gateway.view import View

V = TypeVar("V")


class Reader(abc.ABC, Generic[V]):
    """One Redis view and the things made of it. `type_` and `name` are its place in the contracts."""

    type_: ClassVar[str]
    name: ClassVar[str]
    kind: ClassVar[Literal["live", "latest"]]
    windowed: ClassVar[bool] = False
    """Windows need their last event's time from the index, and their partitions' watermark."""

    view: View[V]

    @abc.abstractmethod
    def take(self, key: str, fields: Mapping[bytes, bytes], event_s: float | None) -> None:
        """Put into the view what Redis has of one key. `event_s` is its event time in the index.

        Raises:
            StoredError: it can't be read; the view keeps what it had.
        """

    def advance(self, watermark_ms: int) -> None:
        """Take the partitions' watermark; only a windowed reader gets one."""
