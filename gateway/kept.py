"""Answers that were made once, kept as long as there is room: those that nobody asks for go first."""

from typing import Generic, TypeVar

from cachetools import LRUCache

from gateway.content import Content

K = TypeVar("K")

# What an entry costs beside its body.
ENTRY_BYTES = 2_000


class Kept(Generic[K]):
    """Answers by what they are of."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._contents: LRUCache[K, Content] = LRUCache(most_bytes, _bytes)

    def get(self, key: K) -> Content | None:
        """The answer; None if it is not kept."""
        return self._contents.get(key)

    def keep(self, key: K, content: Content) -> Content:
        """The answer itself; one that is longer than all that there is room for is not kept."""
        if _bytes(content) <= self._most_bytes:
            self._contents[key] = content
        return content


def _bytes(content: Content) -> int:
    return ENTRY_BYTES + len(content.body)
