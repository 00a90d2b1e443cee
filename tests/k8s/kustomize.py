"""Which kustomize builds the manifests: yours, or one that is fetched (`python -m tests.k8s.kustomize`)."""

import platform
from functools import partial
from pathlib import Path

from batch.airflow.install import cache
from demo.servers.tools import TOOLS
from tests.harness import go, programs
from tests.harness.programs import NoProgramError, on_path_or, provide, put
from tests.k8s import crds

NAME = "kustomize"
VERSION = "v5.8.2"
LINK = TOOLS / NAME / NAME
"""Where a person finds the one that was fetched."""


def fetched() -> Path:
    """Where a fetched one lies: in the user's cache folder, for every clone."""
    return cache() / f"{NAME}-{VERSION}-{platform.machine()}"


def found() -> str | None:
    """The kustomize that there is: what KUSTOMIZE names, one on PATH, one that was fetched.

    Raises:
        NoProgramError: KUSTOMIZE names none.
    """
    return programs.found("KUSTOMIZE", on_path_or(NAME, fetched()), "version")


def fetch() -> str:
    """One that was not there before, built by Go into the user's cache folder.

    Raises:
        NoProgramError: it can't be had, with what was said.
    """
    said = put(NAME, fetched(), partial(go.install, f"sigs.k8s.io/kustomize/kustomize/v5@{VERSION}"))
    kustomize = found()
    if kustomize is None:
        raise NoProgramError(
            f"{said}\nthe tests of k8s/ need kustomize: install it, or name one with "
            "KUSTOMIZE=/path/to/kustomize"
        )
    return kustomize


def _all() -> str:
    kustomize = found() or fetch()
    crds.fetch()
    if kustomize == str(fetched()):
        LINK.parent.mkdir(parents=True, exist_ok=True)
        LINK.unlink(missing_ok=True)
        LINK.symlink_to(kustomize)
    return kustomize


if __name__ == "__main__":
    provide(lambda: None, _all)
