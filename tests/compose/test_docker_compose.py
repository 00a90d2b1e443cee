"""Docker Compose itself, built from its source, reads the files as other tests do: that needs no engine."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from demo.servers.tools import fetched
from tests.compose.files import BASE, FOLDER, Json, example, generate, interpolated, projects
from tests.harness import go

pytestmark = pytest.mark.real

VERSION = "v2.40.3"
PROJECTS = projects()


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a user has it after the first step."""
    folder = tmp_path_factory.mktemp("installation") / FOLDER.name
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("secrets", ".env"))
    generate(folder)
    return folder


def configured(installation: Path, project: str, profiles: str) -> Json:
    """What `docker compose config` makes of the files."""
    program = fetched(
        f"docker-compose-{VERSION}",
        lambda into: go.build(into, f"github.com/docker/compose/v2@{VERSION}", "./cmd"),
    )
    files = [BASE.name] if project == BASE.name else [BASE.name, project]
    ended = subprocess.run(
        [program / "cmd", "config", "--format", "json"],
        cwd=installation,
        env={"PATH": os.environ["PATH"], "COMPOSE_FILE": ":".join(files), "COMPOSE_PROFILES": profiles},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    assert not ended.stderr
    found: Json = json.loads(ended.stdout)
    return found


@pytest.mark.parametrize("project", PROJECTS)
def test_it_starts_what_the_profiles_say(project: str, installation: Path) -> None:
    for profiles in (example()["COMPOSE_PROFILES"], *example()["COMPOSE_PROFILES"].split(","), "by-hand"):
        wanted = {
            name
            for name, one in PROJECTS[project]["services"].items()
            if set(one["profiles"]) & set(profiles.split(","))
        }
        assert set(configured(installation, project, profiles)["services"]) == wanted


@pytest.mark.parametrize("project", PROJECTS)
def test_it_starts_it_with_what_stands_there(project: str, installation: Path) -> None:
    found = configured(installation, project, example()["COMPOSE_PROFILES"])["services"]
    for name, one in found.items():
        service = interpolated(PROJECTS[project]["services"][name], example())
        # It shows a `$` doubled, as it would be written.
        for part in ("command", "entrypoint"):
            words = service.get(part)
            assert one.get(part) == (words and [word.replace("$", "$$") for word in words]), f"{name}: {part}"
        environment = {
            key: str(value).replace("$", "$$") for key, value in service.get("environment", {}).items()
        }
        assert one.get("environment", {}) == environment, name
        assert one["image"] == service["image"]
        assert [secret["source"] for secret in one.get("secrets", [])] == service.get("secrets", [])
        assert one.get("read_only", False) == service.get("read_only", False)
