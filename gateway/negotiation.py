"""What headers ask for (RFC 9110): which representation, whether packed, and whether only if it is new."""

import re
from collections.abc import Iterator
from functools import lru_cache

_QUALITY = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")
_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


# Clients send the same few headers again and again.
@lru_cache(maxsize=256)
def media_type(accept: str, offers: tuple[str, ...]) -> str | None:
    """The offer that the client likes best, of equals the first; None if it takes none of them."""
    if not accept.strip():
        return offers[0]
    ranges = dict(_weighted(accept))

    def quality(offer: str) -> float:
        closest = (offer, f"{offer.partition('/')[0]}/*", "*/*")
        return next((ranges[one] for one in closest if one in ranges), 0.0)

    best = max(offers, key=quality)
    return best if quality(best) > 0 else None


@lru_cache(maxsize=256)
def coding(accept_encoding: str, offers: tuple[str, ...]) -> str | None:
    """The content coding that the client likes best, of equals the first; None if it likes none better."""
    weights = {name.removeprefix("x-"): weight for name, weight in _weighted(accept_encoding)}
    others = weights.get("*", 0.0)
    best = max(offers, key=lambda offer: weights.get(offer, others))
    weight = weights.get(best, others)
    return best if weight > 0 and weight >= weights.get("identity", 0.0) else None


def has(if_none_match: str, tag: str) -> bool:
    """Whether the client holds what this entity tag is of, by weak comparison."""
    if if_none_match.strip() == "*":
        return True
    return tag.removeprefix("W/") in _TAG.findall(if_none_match)


def _weighted(header: str) -> Iterator[tuple[str, float]]:
    """Elements of a list with their weight; one whose weight can't be read is left out."""
    for element in header.split(","):
        name, *parameters = (part.strip().lower() for part in element.split(";"))
        weight = next((one[2:].strip() for one in parameters if one.startswith("q=")), "1")
        if name and _QUALITY.fullmatch(weight):
            yield name, float(weight)
