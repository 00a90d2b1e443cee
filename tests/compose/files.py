"""The Compose files, as they are and merged, and the official schema."""

import json
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import yaml

Json = dict[str, Any]

FOLDER = Path("compose")
BASE = FOLDER / "docker-compose.yml"
OVERLAYS = sorted(set(FOLDER.glob("docker-compose*.yml")) - {BASE})

# Lists that an overlay replaces; all others it adds to.
REPLACED = {"command", "entrypoint", "test"}


def read(path: Path) -> Json:
    found: Json = yaml.safe_load(path.read_text())
    return found


def merge(base: Any, overlay: Any, name: str = "") -> Any:
    """What Compose makes of two files (https://docs.docker.com/reference/compose-file/merge/)."""
    if isinstance(base, dict) and isinstance(overlay, dict):
        return base | {key: merge(base.get(key), value, key) for key, value in overlay.items()}
    if isinstance(base, list) and isinstance(overlay, list) and name not in REPLACED:
        return base + [one for one in overlay if one not in base]
    return overlay


def projects() -> dict[str, Json]:
    """Each way to start: the base, and the base with each overlay."""
    base = read(BASE)
    return {BASE.name: base} | {path.name: merge(base, read(path)) for path in OVERLAYS}


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
