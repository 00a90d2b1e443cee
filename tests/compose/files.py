"""The Compose files, as they are, merged and interpolated, their secrets, and the official schema."""

import json
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]

FOLDER = Path("compose")
BASE = FOLDER / "docker-compose.yml"
OVERLAYS = sorted(set(FOLDER.glob("docker-compose*.yml")) - {BASE})
EXAMPLE = FOLDER / ".env.example"
SCRIPT = FOLDER / "generate-secrets.sh"

# Lists that an overlay replaces; all others it adds to.
REPLACED = {"command", "entrypoint", "test"}
VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>\w+):-(?P<default>[^}]*)\}|.|$)")


class Override(list[Any]):
    """A list that an overlay's tag has replace another one."""


class Loader(yaml.SafeLoader):
    """Knows the tag too."""


def _override(loader: Loader, node: yaml.SequenceNode) -> Override:
    return Override(loader.construct_sequence(node, deep=True))


Loader.add_constructor("!override", _override)


def read(path: Path) -> Json:
    found: Json = yaml.load(path.read_text(), Loader)
    return found


def merge(base: Any, overlay: Any, name: str = "") -> Any:
    """What Compose makes of two files (https://docs.docker.com/reference/compose-file/merge/)."""
    if isinstance(base, dict) and isinstance(overlay, dict):
        return base | {key: merge(base.get(key), value, key) for key, value in overlay.items()}
    added = isinstance(base, list) and isinstance(overlay, list) and not isinstance(overlay, Override)
    if added and name not in REPLACED:
        return base + [one for one in overlay if one not in base]
    return overlay


def projects() -> dict[str, Json]:
    """Each way to start: the base, and the base with each overlay."""
    base = read(BASE)
    return {BASE.name: base} | {path.name: merge(base, read(path)) for path in OVERLAYS}


def texts(value: object) -> Iterator[str]:
    """All that stands in it, keys aside."""
    if isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)
    else:
        yield str(value)


def variables(value: object) -> Iterator[tuple[str, str]]:
    """Each variable that Compose puts in, with its default.

    Raises:
        AssertionError: a `$` is neither one with a default nor doubled.
    """
    for text in texts(value):
        for found in VARIABLE.finditer(text):
            if found["name"]:
                yield found["name"], found["default"]
            else:
                assert found[0] == "$$", f"{found[0]!r} in {text!r}"


def interpolated(value: Any, given: Mapping[str, str] | None = None) -> Any:
    """With values in the place of variables, defaults where none is given."""
    if isinstance(value, dict):
        return {key: interpolated(one, given) for key, one in value.items()}
    if isinstance(value, list):
        return [interpolated(one, given) for one in value]
    if not isinstance(value, str):
        return value
    return VARIABLE.sub(
        lambda one: (given or {}).get(one["name"]) or one["default"] if one["name"] else "$", value
    )


def example() -> dict[str, str]:
    """What `.env.example` declares, with its values; comments aside."""
    lines = [line for line in EXAMPLE.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def generate(folder: Path) -> Path:
    """Have the script fill a folder; where its secrets are."""
    subprocess.run([SCRIPT, folder], check=True, capture_output=True)
    return folder / "secrets"


def schema() -> Json:
    """The Compose specification's schema, which the package check-jsonschema carries."""
    path = distribution("check-jsonschema").locate_file(
        "check_jsonschema/builtin_schemas/vendor/compose-spec.json"
    )
    found: Json = json.loads(Path(str(path)).read_text())
    return found


def is_job(service: Json) -> bool:
    """A job ends by itself, and is tried again only when it failed."""
    return str(service["restart"]).startswith("on-failure")


def ours(service: Json) -> str:
    """Which of our images it is of; empty if of none."""
    image, _, name = str(service["image"]).partition(":")[0].rpartition("/")
    return name if image == "citystream" else ""


def targets(service: Json) -> tuple[str, ...]:
    """Where its volumes are in the container."""
    return tuple(mount.split(":")[1 if ":" in mount else 0] for mount in service.get("volumes", []))


def script(service: Json) -> str:
    """What its shell is given, as Compose passes it; empty if it has none."""
    words: list[str] = interpolated(service.get("entrypoint") or service.get("command") or [])
    return words[2] if words and words[0] == "sh" else ""


def commands(service: Json) -> list[list[str]]:
    """What it runs, as Compose passes it: of a shell's script each command, without its redirections."""
    if not script(service):
        return [interpolated(service["command"])]
    lexer = shlex.shlex(script(service), posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    found: list[list[str]] = [[]]
    for word in lexer:
        if word[0] in "<>":
            next(lexer)
        elif word[0] in "();&|":
            found.append([])
        else:
            found[-1].append(word)
    return [words for words in found if words]
