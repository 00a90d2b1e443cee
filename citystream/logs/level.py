"""From which level on our own lines are written: INFO, and DEBUG from one SIGUSR1 to the next.

A signal, and no port: who may send one owns the process, and the health port asks for no password.
"""

import logging
import signal
import threading
from collections.abc import Callable

from citystream.logs.ours import OURS

log = logging.getLogger(__name__)

SIGNAL = signal.SIGUSR1

_listeners: list[Callable[[bool], None]] = []


def is_debug() -> bool:
    """Whether DEBUG lines are written."""
    return logging.getLogger(OURS[0]).level == logging.DEBUG


def use(*, debug: bool) -> None:
    """Write our lines from DEBUG on, or from INFO on."""
    for name in OURS:
        logging.getLogger(name).setLevel(logging.DEBUG if debug else logging.INFO)


def switch(*, debug: bool) -> None:
    """The same, and a line says so."""
    use(debug=debug)
    # From another thread: the signal may have come while this one was writing a line.
    threading.Thread(target=_tell, args=(debug,), daemon=True).start()


def _tell(debug: bool) -> None:
    log.info("lines from %s on; SIGUSR1 changes it back", "DEBUG" if debug else "INFO")


def on_switch(listener: Callable[[bool], None]) -> None:
    """Call this, with whether it is DEBUG, whenever a signal has switched."""
    _listeners.append(listener)


def ignore_signal() -> None:
    """Until `by_signal`: a process that starts does not end by it, nor what it executes in its place."""
    signal.signal(SIGNAL, signal.SIG_IGN)


def by_signal() -> None:
    """Switch at every SIGUSR1."""
    signal.signal(SIGNAL, _on_signal)


def _on_signal(*_: object) -> None:
    debug = not is_debug()
    switch(debug=debug)
    for listener in _listeners:
        listener(debug)
