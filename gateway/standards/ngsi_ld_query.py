"""What may stand behind the question mark where NGSI-LD entities are asked for."""

import msgspec
from starlette.datastructures import QueryParams

from gateway.problems import bad_field
from gateway.values import single

DEFAULT_LIMIT = 20
HIGHEST_LIMIT = 1_000
# More than there can be; a longer number is a mistake.
HIGHEST_OFFSET = 10**9


class EntityQuery(msgspec.Struct, frozen=True):
    """Which page of the entities of one type."""

    type_: str
    limit: int
    offset: int
    count: bool
    """Whether to say how many there are in all."""


def entity_query(params: QueryParams, known: tuple[str, ...]) -> EntityQuery:
    """Read the parameters. A type that is not known is no error: there is nothing of it.

    Raises:
        ProblemError: naming the parameter and the reason.
    """
    given = single(params, {"type", "limit", "offset", "count"})
    if not given.get("type"):
        raise bad_field("type", "is missing", f"one of {', '.join(known)}")
    if "," in given["type"]:
        raise bad_field("type", "names more than one type", "ask for one at a time")
    count = given.get("count", "false")
    if count not in ("true", "false"):
        raise bad_field("count", f"{count!r} is not true or false", "give true or false")
    limit = _whole("limit", given.get("limit", str(DEFAULT_LIMIT)), HIGHEST_LIMIT)
    if limit == 0 and count == "false":
        raise bad_field("limit", "is 0", "to ask how many there are, give count=true as well")
    offset = _whole("offset", given.get("offset", "0"), HIGHEST_OFFSET)
    return EntityQuery(given["type"], limit, offset, count == "true")


def _whole(field: str, text: str, highest: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 12 and int(text) <= highest):
        raise bad_field(field, f"{text!r} is not 0 to {highest}", "give a whole number in that range")
    return int(text)
