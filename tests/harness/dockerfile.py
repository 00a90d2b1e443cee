"""The Dockerfile's stages, as far as tests go by them."""

import json
import re
from pathlib import Path
from typing import NamedTuple

DOCKERFILE = Path("compose/Dockerfile")


class Stage(NamedTuple):
    """What an image of it gives its process."""

    parent: str
    environment: dict[str, str]
    user: str
    command: list[str]
    check: list[str]


def stages() -> dict[str, Stage]:
    """Every named stage, with what it takes from those that it is built on."""
    text = re.sub(r"\\\n\s*", " ", DOCKERFILE.read_text())
    text = re.sub(r"^#.*\n", "", text, flags=re.M)
    found: dict[str, Stage] = {}
    for parent, name, body in re.findall(r"^FROM (\S+) AS (\w+)\n((?:(?!FROM ).*\n?)*)", text, re.M):
        base = found.get(parent, Stage(parent, {}, "root", [], []))
        environment = dict(base.environment)
        for line in re.findall(r"^ENV (.+)$", body, re.M):
            environment |= dict(pair.split("=", 1) for pair in line.split())
        user = re.findall(r"^USER (\S+)$", body, re.M)
        command = re.findall(r"^CMD (\[.+\])$", body, re.M)
        check = re.findall(r"^HEALTHCHECK .*?CMD (\[.+\])$", body, re.M)
        found[name] = Stage(
            parent,
            environment,
            user[-1] if user else base.user,
            json.loads(command[-1]) if command else base.command,
            json.loads(check[-1]) if check else base.check,
        )
    return found


def images() -> dict[str, Stage]:
    """The stages that are images, which have a command."""
    return {name: stage for name, stage in stages().items() if stage.command}
