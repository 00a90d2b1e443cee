"""The demo as a person runs it."""

import os
import re
import subprocess
import time
from pathlib import Path

import psutil

from demo.servers.process import installed
from tests.harness.patience import PATIENCE_S


class Demo:
    """`city-demo up` in a folder of its own."""

    def __init__(self, folder: Path, *options: str, **environment: str) -> None:
        self.folder = folder
        self._output = folder / "output"
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [installed("city-demo"), "up", *options],
                cwd=folder,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, **environment},
            )

    def wait_for(self, words: str) -> None:
        self.find(re.escape(words))

    def find(self, pattern: str) -> re.Match[str]:
        """What it says sooner or later."""
        deadline = time.monotonic() + PATIENCE_S
        while not (found := re.search(pattern, self._output.read_text())):
            assert self.process.poll() is None, self._output.read_text()
            assert time.monotonic() < deadline, self._output.read_text()
            time.sleep(0.1)
        return found

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    @property
    def state(self) -> Path:
        """Where it keeps what it needs while it runs."""
        return self.folder / ".data" / "demo" / "state"
