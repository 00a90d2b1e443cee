"""Random events that a schema takes, so that a service can be tried without a sender."""

import math
import random
from collections.abc import Iterator
from typing import Any

import msgspec

from citystream.contracts import schemas
from citystream.contracts.event import Event
from citystream.contracts.schemas import Schema

# Few different ids, so that events meet in one state.
NAMES = 4
# One value in so many lies on a bound: that is where sums grow and formulas break.
BOUND_EVERY = 6
LONGEST_LIST = 3
LIMITS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")


def random_events(
    name: str, event: type[Event], rng: random.Random, start_ms: int, step_ms: int
) -> Iterator[bytes]:
    """Events as JSON without end, each with an id of its own, a step apart and a little out of order.

    Fields that may be missing sometimes are. A text with a pattern or a format is one of its examples.
    """
    schema = schemas.json_schema(name, event)
    parts: dict[str, Schema] = schema.get("$defs", {})
    time_ms = start_ms
    while True:
        fields = _object(rng, schema, parts)
        fields |= {
            "event_id": f"{name}-{rng.getrandbits(64):016x}",
            "timestamp": time_ms - rng.randrange(3 * step_ms),
        }
        yield msgspec.json.encode(fields)
        time_ms += step_ms


def _object(rng: random.Random, schema: Schema, parts: dict[str, Schema]) -> dict[str, Any]:
    required = schema.get("required", ())
    return {
        field: _value(rng, field, about, parts)
        for field, about in schema["properties"].items()
        if field in required or rng.random() < 0.5
    }


def _value(rng: random.Random, field: str, about: Schema, parts: dict[str, Schema]) -> Any:
    match about:
        case {"$ref": reference}:
            return _object(rng, parts[reference.rpartition("/")[2]], parts)
        case {"enum": choices}:
            return rng.choice(choices)
        case {"anyOf": kinds}:
            return _value(rng, field, rng.choice(kinds), parts)
        case {"type": "boolean"}:
            return rng.random() < 0.5
        case {"type": "integer" | "number" as kind}:
            return _number(rng, about, whole=kind == "integer")
        case {"type": "string", "pattern": _} | {"type": "string", "format": _}:
            return rng.choice(about.get("examples", [""]))
        case {"type": "string"}:
            text = f"{field.removesuffix('_id').replace('_', '-')}-{rng.randrange(NAMES)}"
            return text.ljust(about.get("minLength", 0), "0")[: about.get("maxLength")]
        case {"type": "array", "items": dict(items)}:
            most = about.get("maxItems", LONGEST_LIST)
            length = rng.randint(min(about.get("minItems", 0), most), most)
            return [_value(rng, field, items, parts) for _ in range(length)]
        case {"type": "object", "additionalProperties": dict(values)}:
            return {f"{field}-{n}": _value(rng, field, values, parts) for n in range(rng.randrange(NAMES))}
        case _:
            return about.get("default")


def _number(rng: random.Random, about: Schema, *, whole: bool) -> float:
    limits: dict[str, float] = {name: bound for name, bound in about.items() if name in LIMITS}
    low = limits.get("minimum", limits.get("exclusiveMinimum", 0))
    high = limits.get("maximum", limits.get("exclusiveMaximum", low + 1_000))
    reached = [limits[name] for name in ("minimum", "maximum") if name in limits]
    if reached and rng.randrange(BOUND_EVERY) == 0:
        return rng.choice(reached)
    if whole:
        return rng.randint(math.ceil(low), math.floor(high))
    # Three decimals, as a sensor writes them.
    return min(max(round(rng.uniform(low, high), 3), low), high)
