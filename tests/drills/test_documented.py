"""The page of the drills names each test, and commands that are there."""

import re
import shlex
from pathlib import Path

import pytest

from tests.compose.files import BASE, read
from tests.harness.command_lines import parsed

PAGE = Path("docs/drills.md").read_text()
DRILLS = {path for path in Path(__file__).parent.glob("test_*.py") if path.name != Path(__file__).name}
# A line of a fence, loops and continuations taken apart.
LINES = [
    line.strip()
    for block in re.findall(r"^```sh\n(.*?)^```$", PAGE, re.M | re.S)
    for line in re.split(r"\n|;|&&", block.replace("\\\n", " ").replace("$type", "gps"))
]
OURS = [line for line in LINES if re.match(r"(do )?city(-compose)? |(do )?kubectl exec", line)]


def test_the_page_names_each_drill() -> None:
    named = re.findall(r"`tests/drills/(test_\w+\.py)`", PAGE)
    assert sorted(named) == sorted(path.name for path in DRILLS)


def test_commands_of_each_kind_are_found() -> None:
    assert {line.removeprefix("do ").split()[0] for line in OURS} == {"city", "city-compose", "kubectl"}


@pytest.mark.parametrize("line", OURS)
def test_a_command_is_there(line: str) -> None:
    program, *words = shlex.split(line.removeprefix("do "), comments=True)
    if program == "city":
        parsed([program, *words])
    elif program == "kubectl":
        pod, command = words[1], words[words.index("--") + 1 :]
        assert pod.removesuffix("-0") in read(BASE)["services"]
        parsed(command)
    else:
        verb, *rest = [word for word in words if not word.startswith("--") or "replay" in words]
        if verb == "run":
            option, service, *command = rest
            assert option == "--rm"
            assert service in read(BASE)["services"]
            parsed(command)
        else:
            assert verb in ("kill", "rm", "stop", "up")
            assert set(rest) <= set(read(BASE)["services"])
