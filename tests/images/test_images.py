"""Each image as it is built: what is in it, and what is not."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.compose.files import BASE, read
from tests.harness import dockerfile
from tests.images.buildah import Buildah
from tests.images.conftest import MARK

pytestmark = pytest.mark.real

IMAGES = {one["build"]["target"]: one["image"] for one in read(BASE)["services"].values() if "build" in one}
WRITABLE = {"/tmp", "/var/tmp", "/run/lock", "/data", "/model", "/users"}
INSTALLED = """
import json, re
from importlib.metadata import distributions
print(json.dumps({re.sub("[-_.]+", "-", one.name.lower()): one.version for one in distributions()}))
"""
FOLDERS = """
import json, os
found = [path for path, _, _ in os.walk("/") if os.access(path, os.W_OK)]
print(json.dumps([path for path in found if not path.startswith(("/proc", "/sys", "/dev"))]))
"""
# What a process needs that others do without; and what none needs.
OWN = {"traffic": {"river"}, "gateway": {"argon2-cffi"}, "batch": {"duckdb"}, "airflow": {"duckdb"}}
SPECIAL = set[str]().union(*OWN.values()) | {"noida-db", "moto", "pytest", "uv", "cyclonedx-bom"}


def bill(root: Path, name: str) -> dict[str, str]:
    """Packages of a bill of materials, and their versions."""
    found = json.loads((root / "sbom" / f"{name}.json").read_text())
    assert found["bomFormat"] == "CycloneDX"
    return {
        one["name"].lower().replace("_", "-").replace(".", "-"): one["version"] for one in found["components"]
    }


@pytest.mark.parametrize("target", dockerfile.images())
def test_an_image_has_what_its_process_needs(
    target: str, buildah: Buildah, registry: dict[str, Path]
) -> None:
    image = IMAGES[target]
    buildah.build(target, image, registry)
    layers = [round(size / 1e6, 1) for size in buildah.layers(image)]
    print(f"{target}: {sum(layers):.0f} MB, of which base {layers[0]}, then {layers[1:]}")
    found, written = buildah.inspect(image), dockerfile.images()[target]
    assert found["config"]["User"] == written.user
    assert found["config"]["Cmd"] == written.command
    assert found["config"].get("Healthcheck", {}).get("Test", ["CMD"])[1:] == written.check
    assert MARK not in json.dumps(found)
    with buildah.container(image) as container:
        root = buildah.root(container)
        assert subprocess.run(["grep", "-rl", MARK, root], capture_output=True).stdout == b""
        assert list((root / "run/secrets").iterdir()) == []
        installed: dict[str, str] = json.loads(buildah.run(container, "python", "-c", INSTALLED))
        assert installed.keys() & SPECIAL == OWN.get(target, set())
        assert bill(root, "python") == installed
        writable = json.loads(buildah.run(container, "python", "-c", FOLDERS))
        assert set(writable) == WRITABLE | ({"/airflow"} if target == "airflow" else set())


def test_the_gateway_s_image_has_the_page(buildah: Buildah) -> None:
    with buildah.container(IMAGES["gateway"]) as container:
        root = buildah.root(container)
        assert "<script" in (root / "dashboard/index.html").read_text()
        assert "react" in bill(root, "page")
        assert not (root / "page").exists()


def test_airflow_s_image_has_airflow_beside_its_jobs(buildah: Buildah) -> None:
    with buildah.container(IMAGES["airflow"]) as container:
        python = "/airflow-environment/bin/python"
        installed: dict[str, str] = json.loads(buildah.run(container, python, "-c", INSTALLED))
        assert bill(buildah.root(container), "airflow") == installed
        assert {"apache-airflow", "psycopg2-binary"} <= installed.keys()
        assert "citystream" not in installed
