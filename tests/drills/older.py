"""An older release, as processes of a drill run it."""

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import IO

import pytest

from tests.faults.crew import Crew

COMMIT = "4981831"
"""Before there was `CITY_SOURCE_NAMESPACE`, and before tables said which version wrote them."""

PACKAGES = ("citystream", "services", "gateway", "batch")
REPOSITORY = Path(__file__).parents[2]
# It tells where its code lies, so that a log proves what ran.
WORKER = (
    "import sys; import services.{service}.app as app; print(app.__file__, flush=True); "
    "sys.argv[0] = 'city-{service}'; sys.exit(app.main())"
)


class Release:
    """Code of a commit in a folder of its own, with this environment's libraries."""

    def __init__(self, folder: Path) -> None:
        """Take it out of the repository, into `folder`."""
        git = shutil.which("git")
        assert git, "git is needed, to take an older release out of the repository"
        archived = subprocess.Popen(
            [git, "-C", str(REPOSITORY), "archive", COMMIT, *PACKAGES],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        with archived as running:
            assert running.stdout
            assert running.stderr
            _unpack(running.stdout, folder)
            said = running.stderr.read().decode()
        if archived.returncode:
            pytest.fail(f"no commit {COMMIT} here; a shallow clone? git fetch --unshallow. git said: {said}")
        self.folder = folder

    @property
    def environment(self) -> dict[str, str]:
        """With which an installed command runs this code: it comes before what is installed."""
        return {"PYTHONPATH": str(self.folder)}

    def worker(self, service: str) -> list[str]:
        """Command instead of the installed `city-<type>`."""
        # Without -P Python would take the present code from the folder that it is started in.
        code = WORKER.format(service=service)
        return ["env", f"PYTHONPATH={self.folder}", sys.executable, "-P", "-c", code]

    def runs_in(self, crew: Crew) -> None:
        """See that each member runs this code and no other."""
        for name, member in crew.members.items():
            said = member.worker.process.log.read_text(errors="replace")
            assert f"{self.folder}/services/" in said, f"{name} does not run {COMMIT}:\n{said[-2000:]}"


def _unpack(archive: IO[bytes], folder: Path) -> None:
    try:
        with tarfile.open(fileobj=archive, mode="r|") as files:
            files.extractall(folder, filter="data")
    except tarfile.ReadError:
        # There is none: git says why.
        return
