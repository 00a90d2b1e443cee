"""An answer's bytes: made, hashed and packed once for all who ask."""

import zlib
from collections.abc import Callable, Mapping

import xxhash
import zstandard

# Below it, headers are most of an answer.
WORTH_PACKING = 1_024
# 225 kB of positions: 1.9 ms to 25 % at level 1, 4.7 ms to 23 % at level 6.
GZIP_LEVEL = 1
ZSTD_LEVEL = 3


def _gzip(body: bytes) -> bytes:
    return zlib.compress(body, GZIP_LEVEL, zlib.MAX_WBITS | 16)


def _zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(ZSTD_LEVEL).compress(body)


CODINGS: Mapping[str, Callable[[bytes], bytes]] = {"zstd": _zstd, "gzip": _gzip}
"""Content codings, best first."""


class Content:
    """A whole answer."""

    def __init__(self, body: bytes, newest_ms: int | None = None) -> None:
        """`newest_ms`: event time of its newest event, epoch milliseconds; None where there is none."""
        self.body = body
        self.newest_ms = newest_ms
        self.tag = f'W/"{xxhash.xxh3_128_hexdigest(body)}"'
        """Entity tag: the same in every process that has the same to tell."""
        self._packed: dict[str, bytes] = {}

    @property
    def worth_packing(self) -> bool:
        """Whether it is long enough."""
        return len(self.body) >= WORTH_PACKING

    def packed(self, coding: str) -> bytes:
        """The body in one of `CODINGS`."""
        if coding not in self._packed:
            self._packed[coding] = CODINGS[coding](self.body)
        return self._packed[coding]
