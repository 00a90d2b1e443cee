"""Compose's services in containers without an engine, as Compose would start them."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from demo.servers.process import Process
from tests.compose.files import FOLDER, Json, interpolated
from tests.harness.patience import PATIENCE_S
from tests.images.buildah import GLITCH, TRIES, Buildah

TMPFS = "type=tmpfs,tmpfs-mode=1777,noexec,nosuid,nodev"
"""As Docker mounts one."""
USER = 10_001
"""Of all our images."""


class Host:
    """What containers share: names of servers, named volumes, secrets."""

    def __init__(self, folder: Path, names: Mapping[str, str], secrets: Path) -> None:
        """`names` are hosts and their addresses."""
        self.folder = folder
        self.secrets = secrets
        self.hosts = folder / "hosts"
        self.hosts.write_text("".join(f"{address} {name}\n" for name, address in names.items()))

    def volume(self, name: str) -> Path:
        """A volume's folder; Docker gives a new one the owner that its place in our images has."""
        made = self.folder / "volumes" / name
        if not made.exists():
            made.mkdir(parents=True)
            os.chown(made, USER, USER)
        return made


class Container:
    """A service of Compose in a container of its image."""

    def __init__(self, buildah: Buildah, host: Host, service: Json, container: str) -> None:
        """`service` is as Compose has it; `container` one of its image."""
        service = {"environment": {}, "volumes": [], "secrets": [], "tmpfs": []} | interpolated(service)
        self._buildah = buildah
        self._container = container
        self._options = [
            *("--isolation", "chroot", "--no-hosts", "--volume", f"{host.hosts}:/etc/hosts:ro"),
            *(text for mount in service["volumes"] for text in ("--volume", self._mount(host, mount))),
            *(
                text
                for name in service["secrets"]
                for text in ("--volume", f"{host.secrets / name}:/run/secrets/{name}:ro")
            ),
            *(text for path in service["tmpfs"] for text in ("--mount", f"{TMPFS},destination={path}")),
            *(
                text
                for name, value in service["environment"].items()
                for text in ("--env", f"{name}={value}")
            ),
        ]
        config = buildah.inspect(service["image"])["config"]
        check = service.get("healthcheck", {}).get("test") or config.get("Healthcheck", {}).get("Test", [])
        self.check: list[str] = check[1:]
        """The health check's command: Compose's, else the image's."""
        self.process = Process(container, self._run(service["command"]), host.folder / f"{container}.log")

    def _mount(self, host: Host, mount: str) -> str:
        source, separator, rest = mount.partition(":")
        if not separator:
            return f"{host.volume(f'{self._container}{source}')}:{source}"
        return f"{(FOLDER / source).resolve() if source.startswith('.') else host.volume(source)}:{rest}"

    def _run(self, command: list[str]) -> list[str]:
        return self._buildah.command("run", *self._options, self._container, "--", *command)

    def ask(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run another command in it, as `docker exec` does."""
        for _ in range(TRIES):
            ended = subprocess.run(self._run(command), capture_output=True, text=True)
            if GLITCH not in ended.stderr:
                break
        return ended

    def start(self) -> None:
        """Start its main process."""
        for _ in range(TRIES):
            self.process.start()
            while self.process.running and self._main() is None:
                time.sleep(0.05)
            if self.process.running or GLITCH not in self.process.last_lines(3):
                break

    def _main(self) -> psutil.Process | None:
        try:
            children = psutil.Process(self.process.pid).children(recursive=True)
            # Those of buildah stand before it.
            return next(one for one in children if not one.cmdline()[0].startswith("buildah"))
        except (StopIteration, IndexError, psutil.NoSuchProcess):
            return None

    def work(self) -> str:
        """Run a job to its end; what it wrote."""
        self.start()
        deadline = time.monotonic() + PATIENCE_S
        while self.process.running and time.monotonic() < deadline:
            time.sleep(0.1)
        told = self.process.log.read_text()
        assert self.process.exit_code == 0, told
        return told

    def until_healthy(self) -> None:
        """Start it, and wait until its health check passes."""
        self.start()
        self.until(lambda: self.ask(self.check).returncode == 0, "its health")

    def health(self) -> Json:
        """What its health check printed, of one that passes."""
        asked = self.ask(self.check)
        assert asked.returncode == 0, asked.stdout + asked.stderr
        found: Json = json.loads(asked.stdout)
        return found

    def until(self, true: Callable[[], bool], what: str) -> None:
        """Wait for something, while it runs."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            assert self.process.running, f"it ended:\n{self.process.last_lines(40)}"
            if true():
                return
            time.sleep(0.5)
        raise AssertionError(f"{what} did not come:\n{self.process.last_lines(40)}")

    def stop(self, patience_s: float = PATIENCE_S) -> None:
        """SIGTERM to its main process, as the engine's init passes it on, after which it ends well."""
        main = self._main()
        assert main, f"it ended:\n{self.process.last_lines(40)}"
        main.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + patience_s
        while self.process.running and time.monotonic() < deadline:
            time.sleep(0.1)
        assert self.process.exit_code == 0, f"it does not stop well:\n{self.process.last_lines(40)}"

    def wrote(self) -> list[str]:
        """What it wrote outside its volumes: with a root that is read-only it could not."""
        changed = self._buildah.root(self._container).parent / "diff"
        return [str(path) for path in changed.rglob("*") if path.lstat().st_uid == USER]
