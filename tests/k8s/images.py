"""What images have, read out of compose/Dockerfile."""

import json
import re
import shlex
from functools import cache
from pathlib import Path
from typing import NamedTuple

DOCKERFILE = Path("compose/Dockerfile")


class Image(NamedTuple):
    """Of one target, with what it has from those that it is made of."""

    environment: dict[str, str]
    user: str
    ports: frozenset[int]
    command: tuple[str, ...]
    health: str


@cache
def images() -> dict[str, Image]:
    """Target -> image."""
    found: dict[str, Image] = {"": Image({}, "root", frozenset(), (), "")}
    name = ""
    text = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", DOCKERFILE.read_text(), flags=re.MULTILINE))
    for line in text.splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            origin, name = re.fullmatch(r"(\S+) AS (\S+)", rest).groups()  # type: ignore[union-attr]
            found[name] = found.get(origin, found[""])
        elif word == "ENV":
            added = dict(one.split("=", 1) for one in shlex.split(rest))
            found[name] = found[name]._replace(environment=found[name].environment | added)
        elif word == "USER":
            found[name] = found[name]._replace(user=rest)
        elif word == "EXPOSE":
            found[name] = found[name]._replace(ports=found[name].ports | set(map(int, rest.split())))
        elif word == "CMD":
            found[name] = found[name]._replace(command=tuple(json.loads(rest)))
        elif word == "HEALTHCHECK":
            found[name] = found[name]._replace(health=rest)
    return found
