"""What no route takes, refused before anyone is asked who they are: bodies, long URLs, tricks in a path."""

import re
from urllib.parse import unquote_to_bytes

from starlette.types import Scope

from gateway.problems import ProblemError, bad_field

# The longest that a route understands is below 1 kB; 8,000 is what clients may count on (RFC 9110).
LONGEST_URL = 8_000
# The longest that a route takes is far below. On a method that no route has none is read: 405, beyond this
# 413.
LONGEST_BODY = 65_536

# Encoded backslashes and control characters: what one program reads as a letter, another does not.
_ENCODED = re.compile(rb"%(5c|[01][0-9a-f]|7f)", re.IGNORECASE)
# A part of an id, and no end of a segment.
_SLASH = re.compile(rb"%2f", re.IGNORECASE)
# These routes look up whatever id stands behind, and standards have ids with anything in them.
_ANY_ID = ("/api/cap/alerts/", "/api/ngsi-ld/v1/entities/")
_TWO_SLASHES = re.compile(r"//|\\")
_DOTS = re.compile(r"/\.{1,2}(/|$)")


def problem_of(scope: Scope) -> ProblemError | None:
    """What is wrong with a request or a WebSocket handshake, by its first lines alone."""
    problem = _url_problem(scope["raw_path"], scope["path"], scope["query_string"])
    if problem is None and scope["type"] == "http":
        problem = _body_problem(scope["method"], scope["headers"])
    return problem


def _url_problem(raw_path: bytes, path: str, query: bytes) -> ProblemError | None:
    if len(raw_path) + len(query) > LONGEST_URL:
        return url_too_long()
    # Two searches for plain text, and the slow ones only where these found something.
    if "/." not in path and "//" not in path and b"%" not in raw_path and "\\" not in path:
        return None
    encoded = not path.startswith(_ANY_ID) and _ENCODED.search(raw_path)
    segments = unquote_to_bytes(_SLASH.sub(b"_", raw_path)).decode(errors="replace")
    if encoded or _TWO_SLASHES.search(segments) or _DOTS.search(path) or "\ufffd" in path:
        return bad_field(
            "path",
            "has '//', a dot segment, '\\' or an encoded control character, or is not UTF-8",
            "ask for the path as docs/gateway.md has it; lists take any id as ?id=",
        )
    return None


def _body_problem(method: str, headers: list[tuple[bytes, bytes]]) -> ProblemError | None:
    for name, value in headers:
        if name == b"content-length" and value != b"0":
            if not value.isdigit() or len(value) > len(str(LONGEST_BODY)) or int(value) > LONGEST_BODY:
                return body_too_long()
        elif name != b"transfer-encoding":
            continue
        if method in ("GET", "HEAD"):
            return bad_field("body", f"{method} takes none", "put parameters behind the question mark")
    return None


def body_too_long() -> ProblemError:
    """Beyond what any route reads."""
    return ProblemError(413, f"longer than {LONGEST_BODY} bytes", field="body", remedy="send less")


def url_too_long() -> ProblemError:
    """A path and query beyond what any route understands."""
    return ProblemError(
        414, f"longer than {LONGEST_URL} bytes", field="query", remedy="ask for less; page on with cursor"
    )
