"""Programs built by Go out of a module's source."""

import json
import os
import shutil
import subprocess
from pathlib import Path

from demo.servers.tools import run, tool

BUILD_S = 1_200.0
"""A minute to some on two cores, with room for a slow network."""


def build(into: Path, module: str, *packages: str) -> None:
    """Make these packages of `path@version` in a folder, as images have them: without the C library.

    Raises:
        ServerError: Go is missing, the module can't be had, or the build failed.
    """
    go = tool("go", f"install Go: {module} is built from its source")
    run([go, "mod", "download", module], BUILD_S)
    told = subprocess.run([go, "mod", "download", "-json", module], cwd=into, capture_output=True, check=True)
    # Where a go.mod replaces a module `go install` refuses; Go's own copy of it is not to be written to.
    sources = into / "sources"
    shutil.copytree(json.loads(told.stdout)["Dir"], sources, copy_function=shutil.copyfile)
    for folder, _, _ in os.walk(sources):
        os.chmod(folder, 0o755)
    command = ["nice", go, "build", "-C", str(sources), "-o", f"{into}/", *packages]
    run(command, BUILD_S, {**os.environ, "CGO_ENABLED": "0"})
    shutil.rmtree(sources)
