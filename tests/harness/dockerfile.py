"""The Dockerfile's stages, as far as tests go by them."""

import json
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

DOCKERFILE = Path("compose/Dockerfile")


class Image(NamedTuple):
    """What an image of a stage gives its process."""

    environment: dict[str, str]
    user: str
    ports: frozenset[int]
    command: list[str]
    check: list[str]
    """Of its health; empty if it has none."""


@cache
def stages() -> dict[str, Image]:
    """Every named stage, with what it has from those that it is built on."""
    found = {"": Image({}, "root", frozenset(), [], [])}
    name = ""
    text = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", DOCKERFILE.read_text(), flags=re.M))
    for line in text.splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            parent, _, name = rest.partition(" AS ")
            found[name] = found.get(parent, found[""])
        here = found[name]
        if word == "ENV":
            added = dict(one.split("=", 1) for one in rest.split())
            found[name] = here._replace(environment=here.environment | added)
        elif word == "USER":
            found[name] = here._replace(user=rest)
        elif word == "EXPOSE":
            found[name] = here._replace(ports=here.ports | {int(port) for port in rest.split()})
        elif word == "CMD":
            found[name] = here._replace(command=json.loads(rest))
        elif word == "HEALTHCHECK":
            found[name] = here._replace(check=json.loads(rest.partition("CMD ")[2]))
    del found[""]
    return found


def images() -> dict[str, Image]:
    """The stages that are images, which have a command."""
    return {name: one for name, one in stages().items() if one.command}
