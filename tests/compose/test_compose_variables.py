"""Each variable is declared, used and explained, and each port stands on the page."""

import re

from tests.compose.files import BASE, EXAMPLE, FOLDER, OVERLAYS, Json, example, read, variables

# They are Compose's own.
COMPOSE = {"COMPOSE_PROFILES", "COMPOSE_FILE"}


def used() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path in (BASE, *OVERLAYS):
        # Without what only merge keys name.
        named: Json = {key: value for key, value in read(path).items() if not key.startswith("x-")}
        for name, default in variables(named):
            found.setdefault(name, set()).add(default)
    return found


def test_what_is_declared_is_used_and_has_the_default_that_compose_has() -> None:
    declared = example()
    assert {name: {value} for name, value in declared.items() if name not in COMPOSE} == used()


def test_each_variable_is_explained() -> None:
    explained = False
    for line in EXAMPLE.read_text().splitlines():
        if line and not line.startswith("#"):
            assert explained, line
        else:
            # A comment is of all lines up to the next empty one.
            explained = bool(line) and (explained or line.startswith("# "))


def test_the_overlay_is_a_line_to_uncomment() -> None:
    (line,) = re.findall(r"^#COMPOSE_FILE=(.+)$", EXAMPLE.read_text(), re.M)
    assert line.split(":") == [BASE.name, *(path.name for path in OVERLAYS)]


def test_each_port_stands_on_the_page_with_its_variable() -> None:
    page = (FOLDER / "README.md").read_text()
    told = set(re.findall(r"^\| .+ \| (?:http://)?127\.0\.0\.1:(\d+) \| `(\w+)` \|", page, re.M))
    published = {
        (port, variable)
        for path in (BASE, *OVERLAYS)
        for one in read(path)["services"].values()
        for mapping in one.get("ports", [])
        for variable, port in re.findall(r"\$\{(\w+_PORT):-(\d+)\}", mapping)
    }
    assert told == published
