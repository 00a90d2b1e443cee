"""Free TCP ports on this machine."""

import os
import random
import re
import socket

# Below the range that the kernel gives to outgoing connections (32768 up), so that a server which was
# killed finds its port free when it comes back.
LOWEST, HIGHEST = 20_000, 32_000

# Processes that test side by side each take a part of the range of their own: what one gave and has not used
# yet, another can't see.
PARTS = 8
_WORKER = re.fullmatch(r"gw(\d+)", os.environ.get("PYTEST_XDIST_WORKER", ""))
_PART = int(_WORKER[1]) % PARTS if _WORKER else None

_given: set[int] = set()
_random = random.SystemRandom()


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(preferred: int | None = None) -> int:
    """A port that nobody listens on, and that was not given before; the preferred one if it is free."""
    if preferred is not None and preferred not in _given and is_free(preferred):
        _given.add(preferred)
        return preferred
    lowest, highest = _range()
    while True:
        port = _random.randrange(lowest, highest)
        if port not in _given and is_free(port):
            _given.add(port)
            return port


def _range() -> tuple[int, int]:
    if _PART is None:
        return LOWEST, HIGHEST
    size = (HIGHEST - LOWEST) // PARTS
    return LOWEST + _PART * size, LOWEST + (_PART + 1) * size
