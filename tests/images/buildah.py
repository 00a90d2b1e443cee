"""Images built and run without an engine: buildah, on a base that debootstrap makes."""

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.harness.programs import APT, NoProgramError, tried

Json = dict[str, Any]

BASE = "localhost/citystream-base:bookworm"
PACKAGES = ("python3", "python3-venv", "ca-certificates")
"""What python:slim has too."""
# buildah starts itself anew from memory, which fails now and then; it has done nothing by then.
GLITCH = "sealing memfd copy"
TRIES = 5


class BuildError(RuntimeError):
    """A command of buildah failed; the message ends with its last lines."""


class Buildah:
    """Images and containers in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        """Keep all below `folder`, which the next run finds again.

        Raises:
            NoProgramError: buildah or debootstrap is missing and can't be installed, or we are not root.
        """
        if os.geteuid() != 0:
            raise NoProgramError("images are built by buildah in a chroot, which root alone may do: use sudo")
        for program in ("buildah", "debootstrap"):
            if not shutil.which(program) and (
                failed := tried([*APT, "install", "--yes", "--no-install-recommends", program])
            ):
                raise NoProgramError(f"{failed}\ninstall {program}")
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def command(self, *arguments: str) -> list[str]:
        """The command line of one call."""
        return ["buildah", "--root", f"{self.folder}/root", "--runroot", f"{self.folder}/run", *arguments]

    def call(self, *arguments: str) -> str:
        """What a call prints.

        Raises:
            BuildError: it failed.
        """
        for left in reversed(range(TRIES)):
            ended = subprocess.run(self.command(*arguments), capture_output=True, text=True)
            if ended.returncode == 0:
                return ended.stdout
            if GLITCH not in ended.stderr or not left:
                break
        lines = (ended.stdout + ended.stderr).strip().splitlines()[-40:]
        raise BuildError("\n".join([f"buildah {' '.join(arguments)}:", *lines]))

    def base(self) -> str:
        """The base image: Debian with Python, as small as debootstrap makes it."""
        if BASE not in self.call("images", "--format", "{{.Name}}:{{.Tag}}").split():
            root = self.folder / "base"
            shutil.rmtree(root, ignore_errors=True)
            if failed := tried(
                ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", "bookworm", str(root)]
            ):
                raise BuildError(failed)
            with self.container("scratch") as made:
                self.call("add", "--quiet", made, str(root), "/")
                self.call("commit", "--quiet", "--format", "docker", made, BASE)
            shutil.rmtree(root)
        return BASE

    def build(self, target: str, image: str, secrets: Mapping[str, Path]) -> None:
        """Build a target of compose/Dockerfile, in Docker's format: OCI's has no health check."""
        self.call(
            *("bud", "--isolation", "chroot", "--format", "docker", "--layers"),
            *("--file", "compose/Dockerfile", "--ignorefile", "compose/Dockerfile.dockerignore"),
            *("--build-arg", f"BASE={self.base()}", "--target", target, "--tag", image),
            *(text for name, path in secrets.items() for text in ("--secret", f"id={name},src={path}")),
            ".",
        )

    def inspect(self, image: str) -> Json:
        """An image's configuration (`config`) and `history`, as Docker has them."""
        found: Json = json.loads(self.call("inspect", "--type", "image", image))["Docker"]
        return found

    def layers(self, image: str) -> list[int]:
        """Bytes of each layer, the base's first; images that have the same ones share them."""
        manifest = json.loads(json.loads(self.call("inspect", "--type", "image", image))["Manifest"])
        return [int(layer["size"]) for layer in manifest["layers"]]

    @contextlib.contextmanager
    def container(self, image: str) -> Iterator[str]:
        """A container of an image, until the end of the block."""
        name = self.call("from", image).strip()
        try:
            yield name
        finally:
            self.call("rm", name)

    def run(self, container: str, *command: str) -> str:
        """What a command in it prints, with the image's user and environment.

        Raises:
            BuildError: it failed.
        """
        return self.call("run", "--isolation", "chroot", container, "--", *command)

    def root(self, container: str) -> Path:
        """A container's file system."""
        return Path(self.call("mount", container).strip())
