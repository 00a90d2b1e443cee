"""A city's tile server, as its settings name it: the ground under the map, for who has one."""

import re
from urllib.parse import urlsplit

import msgspec

EXAMPLE = "https://tiles.example.org/{z}/{x}/{y}.png"
_NEEDED = ("{z}", "{x}", "{y}")
_KNOWN = (*_NEEDED, "{ratio}")
# What a Content-Security-Policy takes for a host: it knows neither IPv6 addresses nor letters beyond ASCII.
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.IGNORECASE)
_MARKUP = re.compile(r"[<>]|&#?\w+;")


class TileServer(msgspec.Struct, frozen=True):
    """Where raster tiles are that lie under the map."""

    url: str
    """With `{z}`, `{x}` and `{y}` of XYZ, perhaps `{ratio}` (`@2x` on fine screens); or a path here."""
    attribution: str
    """Whose they are: to be shown with them."""
    max_zoom: int
    """The nearest that there are."""


def checked_template(url: str) -> str:
    """Where tiles are.

    Raises:
        ValueError: with what is wrong and what it should be.
    """
    reason = _wrong_with_words(url) or _wrong_with_place(url)
    if reason:
        raise ValueError(f"{url!r} {reason}; write an address such as {EXAMPLE}, or a path such as /tiles/…")
    return url


def checked_attribution(text: str) -> str:
    """Whose tiles they are.

    Raises:
        ValueError: with what is wrong and what it should be.
    """
    if not text.isprintable() or not text.strip():
        raise ValueError(f"{text!r} is no line of text; write what the licence of the tiles asks for")
    if _MARKUP.search(text):
        raise ValueError(f"{text!r} has markup; write what people shall read, such as © Example contributors")
    return text.strip()


def origin_of(url: str) -> str | None:
    """As a policy names it; None of a path, which is the page's own origin."""
    if url.startswith("/"):
        return None
    scheme, address, *_ = urlsplit(url)
    return f"{scheme}://{address}".lower()


def _wrong_with_words(url: str) -> str | None:
    missing = [word for word in _NEEDED if word not in url]
    if missing:
        return f"has no {' and no '.join(missing)}"
    rest = url
    for word in _KNOWN:
        rest = rest.replace(word, "")
    if "{" in rest or "}" in rest:
        return f"has braces other than {', '.join(_KNOWN)}"
    # An address has its other characters by their codes.
    if not rest.isascii() or not rest.isprintable() or set(rest) & set(' "<>\\^`|'):
        return "has characters that no address has"
    return "has a part after #, which is never sent" if "#" in rest else None


def _wrong_with_place(url: str) -> str | None:
    if url.startswith("/"):
        return "begins with //" if url.startswith("//") else None
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        return f"is no address ({error})"
    if parts.scheme not in ("http", "https"):
        return "is neither http:// nor https:// nor a path"
    if "@" in parts.netloc:
        return "has a user's name, which every visitor would get to know"
    return None if _HOST.fullmatch(host) else "has a host that a browser's policy can't name"
