"""One of several gateway processes on a port: it serves what one alone does, and says how it stands."""

import asyncio
import logging
import os
import shutil
import signal
import socket
import sys
import threading
import time
from ctypes import c_bool
from dataclasses import dataclass
from multiprocessing import parent_process
from pathlib import Path
from typing import NoReturn

from citystream.contracts.city_model import CityModelError
from citystream.logs import level
from citystream.logs.setup import configure_logging
from citystream.settings import Settings
from gateway import audit, operations, server
from gateway.app import build
from gateway.batch_metrics import DayFile
from gateway.city import City
from gateway.connection import ConnectionLimits
from gateway.link import ORIGINS
from gateway.session.keys import SessionKeyError
from gateway.settings import GatewaySettings
from gateway.standing import Word
from gateway.tls import TlsError, certificate_of
from gateway.users import UsersError

log = logging.getLogger("gateway")

METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that tells prometheus_client where a process's metrics are read by another."""
# As old as a metric that is set by it may be when it is scraped.
WORD_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Work:
    """What every worker is to do; it is pickled."""

    settings: Settings
    own: GatewaySettings
    operations_port: int
    limits: ConnectionLimits


def run(work: Work, listener: socket.socket, word: Word, debug: c_bool) -> None:
    """A worker's life: until SIGTERM, or until the supervisor is gone. It logs from DEBUG on as that does."""
    # prometheus_client goes by `os.environ`, and a child by what this changes: the process that folds the
    # archive has metrics of the same names, and would write them among ours.
    os.unsetenv(METRICS_FOLDER)
    # A Ctrl-C is the supervisor's, which then ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_supervisor, daemon=True).start()
    configure_logging(work.settings.log, "gateway")
    level.use(debug=bool(debug.value))
    audit.to_stderr()
    try:
        tls = certificate_of(work.own)
        # The supervisor tells of changes of the users file, once.
        apps = build(
            work.settings,
            work.own,
            work.operations_port,
            tells_of_users=False,
            told=DayFile(Path(os.environ[METRICS_FOLDER])).write,
        )
    except (UsersError, SessionKeyError, CityModelError, TlsError) as error:
        # They were right when the supervisor looked.
        log.error("%s", error)
        sys.exit(1)
    public = server.Port(apps.public, listener, work.limits, tls, work.own.trusted_proxies)
    server.in_loop(public, _serve(public, apps.city, word, debug))


async def _serve(public: server.Port, city: City, word: Word, debug: c_bool) -> None:
    speaking = asyncio.create_task(_speak(city, word, debug))
    try:
        await server.until_asked(public, signal.SIGTERM)
    finally:
        speaking.cancel()


async def _speak(city: City, word: Word, debug: c_bool) -> NoReturn:
    asked = level.is_debug()
    while True:
        # Not by a signal of its own: one that has just begun would end by it.
        if debug.value != asked:
            asked = debug.value
            level.switch(debug=asked)
        operations.show(city)
        word.known, word.redis_up = city.known, city.link.up
        word.origin = ORIGINS.index(city.source)
        word.at_s = time.monotonic()
        await asyncio.sleep(WORD_EVERY_S)


def _end_with_the_supervisor() -> None:
    """A supervisor that is killed can't end this one, nor clean up."""
    supervisor = parent_process()
    if supervisor:
        supervisor.join()
    shutil.rmtree(os.environ[METRICS_FOLDER], ignore_errors=True)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(server.LONGEST_END_S)
    os._exit(1)
