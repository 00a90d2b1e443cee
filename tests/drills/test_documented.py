"""The page of the drills names each test, and commands that are there."""

import re
import shlex
from pathlib import Path

import pytest

from tests.compose.files import BASE, read
from tests.harness.command_lines import VARIABLES, parsed

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
        verb, *rest = words
        assert verb in ("build", "kill", "rm", "run", "stop", "up")
        if verb == "run":
            service, *command = run_by(rest)
            assert service in read(BASE)["services"]
            assert not command or parsed(command)
        else:
            named = {word for word in rest if not word.startswith("--")}
            assert named <= set(read(BASE)["services"])


def run_by(words: list[str]) -> list[str]:
    """Service and command of a `run`; variables must be settings."""
    while words[0].startswith("--"):
        option, *words = words
        if option in ("--env", "--name", "--publish"):
            value, *words = words
            assert option != "--env" or value.partition("=")[0] in VARIABLES
        else:
            assert option in ("--rm", "--detach")
    return words
