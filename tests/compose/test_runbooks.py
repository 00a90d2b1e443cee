"""Each alert has a runbook and a row, and a runbook's commands, queries and paths are there."""

import re
import shlex
from importlib import import_module
from pathlib import Path

import click
import pytest

from tests.compose.alerting import ALERTS
from tests.compose.files import BASE, read
from tests.harness.command_lines import PROGRAMS
from tests.monitoring.expressions import check

FOLDER = Path("docs/runbooks")
BOOKS = {path.stem: path.read_text() for path in FOLDER.glob("*.md") if path.stem != "README"}
ROW = re.compile(r"^\| \[`(\w+)`\]\(runbooks/(\w+)\.md\) \| (\w+) \| .+ \|$", re.M)
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
IN_TEXT = re.compile(r"`((?:city(?:-[a-z]+)?) [^`]+)`")
SERVICES = read(BASE)["services"]
GATEWAY = Path("docs/gateway.md").read_text()


def fenced(language: str) -> list[tuple[str, str]]:
    """Runbook and line of each fence of this language."""
    return [
        (name, line)
        for name, text in BOOKS.items()
        for found, block in FENCE.findall(text)
        if found == language
        for line in block.splitlines()
    ]


def in_text() -> list[tuple[str, str]]:
    """Runbook and command of ours, where one stands in a sentence."""
    return [
        (name, command)
        for name, text in BOOKS.items()
        for command in IN_TEXT.findall(re.sub(r"\s+", " ", FENCE.sub("", text)))
    ]


def test_each_alert_has_a_runbook_and_each_runbook_an_alert() -> None:
    assert set(BOOKS) == set(ALERTS)


def test_the_table_has_each_alert_in_order_with_its_severity() -> None:
    table = ROW.findall(Path("docs/operations.md").read_text())
    assert table == [(name, name, rule["labels"]["severity"]) for name, rule in ALERTS.items()]


@pytest.mark.parametrize("name", BOOKS)
def test_a_runbook_is_whole_and_says_how_bad_it_is(name: str) -> None:
    text = BOOKS[name]
    assert text.startswith(f"# {name}\n")
    assert re.findall(r"^## (.+)$", text, re.M) == ["Look", "Do", "Over"]
    assert "**What users see.** " in text
    severity = ALERTS[name]["labels"]["severity"]
    assert severity == "none" or f"\n**{severity.title()}.** " in text
    assert {language for language, _ in FENCE.findall(text)} <= {"sh", "promql"}


@pytest.mark.parametrize(("name", "query"), fenced("promql"))
def test_a_query_is_of_metrics_that_are_there(name: str, query: str) -> None:
    check(query)


@pytest.mark.parametrize(("name", "line"), [*fenced("sh"), *in_text()])
def test_a_command_is_there(name: str, line: str) -> None:
    program, *words = shlex.split(line)
    if program == "city-compose":
        assert_services(words)
    elif program == "curl":
        (url,) = [word for word in words if word.startswith(("$", "http"))]
        host, _, path = url.partition("?")[0].partition("/" if url.startswith("$") else ":9")
        assert host in ("$GATEWAY", "$WORKER", "$OPERATIONS", "http://127.0.0.1")
        assert host != "$GATEWAY" or f"`/{path}`" in GATEWAY
    else:
        assert_command(program, words)


def assert_services(words: list[str]) -> None:
    """What a Compose command names is there; of what `exec` runs inside the secrets alone are looked at."""
    options = {"--since", "--detach", "--all", "--scale"}
    assert {word for word in words if word.startswith("--")} <= options
    plain = [word for before, word in zip(["", *words], words, strict=False) if before != "--since"]
    verb, *named = [word for word in plain if not word.startswith("-")]
    assert verb in ("ps", "logs", "up", "restart", "exec")
    for service in named[:1] if verb == "exec" else named:
        assert service.partition("=")[0] in SERVICES
    inside = re.findall(r"/run/secrets/(\w+)", " ".join(words))
    assert set(inside) <= set(SERVICES[named[0]].get("secrets", [])) if inside else True


def assert_command(program: str, words: list[str]) -> None:
    """A program of ours has the subcommand and each option."""
    module, _, attribute = PROGRAMS[program].partition(":")
    command: click.Command = getattr(import_module(module), attribute)
    while isinstance(command, click.Group):
        word, *words = words
        assert word in command.commands
        command = command.commands[word]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("-")} <= known
