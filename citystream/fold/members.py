"""Members of JSON objects found by name in bytes as they were sent, and written anew; all else stays.

Of JSON, each member of a listed name at any depth, however the name is spelled or escaped; also in a text
that holds JSON itself. Of anything else, whatever looks like such a name, up to its value's closing quote
or the end: too much rather than too little.
"""

import json
import re
from collections.abc import Callable, Iterable
from functools import lru_cache

import msgspec

from citystream.contracts.personal import spelling

Write = Callable[[bytes, bytes], bytes]
"""What stands before a value (name, colon), and the value -> what stands for both."""

# A text in a text in a text: what lies deeper is looked for as in broken JSON.
DEEPEST = 8
LONGEST_KEPT = 100
STAYS_BROKEN = b" (unreadable)"
"""Stands behind what could not be read, and could be read without the values that were taken out."""

_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_TOKEN = re.compile(rb"(" + _STRING + rb")(\s*:\s*)?", re.DOTALL)
_VALUE = re.compile(_STRING + rb"|[^,{}\[\]\s]*", re.DOTALL)
_NESTING = re.compile(_STRING + rb"|[{}\[\]]", re.DOTALL)
_STEPS = {b"{": 1, b"[": 1, b"}": -1, b"]": -1}

# Between the letters of a name: whatever is no letter, no digit and no quote.
_BETWEEN = r'[^A-Za-z0-9"\\]*'
_ENDS_NAME = r"""["':=]"""
# The same where escapes are plain and letters small.
_BETWEEN_PLAIN = '[^a-z0-9"]*'
_BEHIND_NAME = r"""(?:\x1a[bfnrt]|[^a-z0-9"',:={}\[\]])*"""
_ESCAPE = re.compile(rb"\\++(?:u([0-9a-fA-F]{4}))?")
_FILL = b"\x1a"
_BLANK = rb"[\s\x00]*"
# What may follow a value; a quote before anything else was no closing one.
_AFTER = rb"(?=" + _BLANK + rb"(?:[,}\]]|\Z))"
_BROKEN_VALUE = re.compile(
    rb'"(?:[^\\]|\\.)*?"' + _AFTER + rb"|(?:-?\d[\d.eE+-]*|true|false|null)" + _AFTER, re.DOTALL
)
_NO_VALUE = re.compile(_BLANK + rb"(?:[,}\]]|\Z)")


class Members:
    """The members of some names."""

    def __init__(self, names: Iterable[str], own: Iterable[str] = ()) -> None:
        """`own`: fields at the top whose texts stay as they are, even if there is JSON in them."""
        self._names = frozenset(spelling(name) for name in names)
        self._own = frozenset(own)
        # One that ends in another is found by that.
        shortest = sorted(
            name for name in self._names if not any(name.endswith(one) for one in self._names - {name})
        )
        letters = [[char for char in name if char.isascii()] for name in shortest]
        names = "|".join(map(_BETWEEN.join, letters))
        self.trace = rf"(?i)\\|(?:{names}){_BETWEEN}{_ENDS_NAME}" if names else ""
        """Pattern of bytes in which there may be such a member (`re`, RE2); empty if there are no names."""
        name = f'"?(?:{"|".join(map(_BETWEEN_PLAIN.join, letters))}){_BEHIND_NAME}'
        self._broken = re.compile(rf"{name}{_ENDS_NAME}(?:\x1a[bfnrt]|[\s\x00\x1a])*[:=]?[\s\x00]*".encode())
        self._broken_inside = re.compile(rf"""{name}["'](?:\x1a[bfnrt]|[\s\x1a])*[:=]\s*""".encode())

    def written(self, text: bytes, write: Write) -> bytes:
        """The bytes with these members as `write` gives them; what can't be read can't be read after it."""
        if not self._names:
            return text
        if is_json(text):
            return self._in_json(text, write, 0)
        found = self._in_broken(text, write, self._broken)
        return found + STAYS_BROKEN if found != text and is_json(found) else found

    def written_inside(self, text: bytes, write: Write, depth: int = 0) -> bytes:
        """The same of a text in which there may be JSON: of prose only quoted names count."""
        if not self._names or b'"' not in text:
            return text
        if depth < DEEPEST and is_json(text):
            return self._in_json(text, write, depth)
        meant_as_json = text.lstrip()[:1] in (b"{", b"[")
        return self._in_broken(text, write, self._broken if meant_as_json else self._broken_inside)

    def _in_json(self, text: bytes, write: Write, depth: int) -> bytes:
        parts, done, at, own = [], 0, 0, False
        while found := _TOKEN.search(text, at):
            token, begin, at = found[1], found.start(), found.end()
            if not found[2]:
                if b"\\" in token:
                    opened = self._opened(token, write, depth)
                    if opened != token and not (own and _depth(text, begin) == 1):
                        parts += [text[done:begin], opened]
                        done = at
                own = False
                continue
            name, spelled = _name(token)
            own = depth == 0 and name in self._own and text[at : at + 1] == b'"'
            if spelled in self._names:
                end = _end_of_value(text, at)
                parts += [text[done:begin], write(text[begin:at], text[at:end])]
                done = at = end
        return b"".join([*parts, text[done:]]) if parts else text

    def _opened(self, token: bytes, write: Write, depth: int) -> bytes:
        """A string, and what is written anew in the JSON that it may hold."""
        inside = _text_of(token).encode(errors="surrogateescape")
        written = self.written_inside(inside, write, depth + 1)
        if written == inside:
            return token
        text = written.decode(errors="surrogateescape")
        return json.dumps(text, ensure_ascii=False).encode(errors="surrogateescape")

    def _in_broken(self, text: bytes, write: Write, heads: re.Pattern[bytes]) -> bytes:
        if b"\x00" in text.strip(b"\x00"):
            # Two or four bytes a letter, in which no end of a value can be told: all of it goes.
            found = heads.search(_plain(text.replace(b"\x00", b"")))
            return write(b"", text) if found else text
        parts, done, plain = [], 0, _plain(text)
        while head := heads.search(plain, done):
            at = head.end()
            if _NO_VALUE.match(text, at):
                parts.append(text[done:at])
                done = at
                continue
            value = _BROKEN_VALUE.match(text, at)
            end = value.end() if value else len(text)
            parts += [text[done : head.start()], write(text[head.start() : at], text[at:end])]
            done = end
        return b"".join([*parts, text[done:]])


def is_json(text: bytes) -> bool:
    """Whether a decoder that skips unknown fields could read it: their texts may be any bytes."""
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (ValueError, RecursionError):
        return False
    return True


def text_of(value: bytes) -> str:
    """A value as text: of a string what it says, of anything else its bytes."""
    if is_json(value) and value[:1] == b'"':
        return _text_of(value)
    return value.decode(errors="replace")


def _text_of(token: bytes) -> str:
    text = token.decode(errors="surrogateescape")
    return json.loads(text, strict=False) if "\\" in text else text[1:-1]


def _name(token: bytes) -> tuple[str, str]:
    """A name, and its one spelling."""
    return _seen_name(token) if len(token) < LONGEST_KEPT else _seen_name.__wrapped__(token)


# Senders write the same few again and again.
@lru_cache(maxsize=4_096)
def _seen_name(token: bytes) -> tuple[str, str]:
    name = _text_of(token)
    return name, spelling(name)


def _plain(text: bytes) -> bytes:
    """The bytes with escapes as what they stand for and letters small, each in its place."""
    return _ESCAPE.sub(_unescaped, text).lower()


def _unescaped(escape: re.Match[bytes]) -> bytes:
    code = int(escape[1] or b"0", 16)
    last = bytes([code]) if 0 < code < 0x80 else _FILL
    return last.rjust(len(escape[0]), _FILL)


def _end_of_value(text: bytes, at: int) -> int:
    if text[at : at + 1] not in (b"{", b"["):
        found = _VALUE.match(text, at)
        return found.end() if found else at
    depth = 0
    for token in _NESTING.finditer(text, at):
        depth += _STEPS.get(token[0], 0)
        if not depth:
            return token.end()
    return len(text)


def _depth(text: bytes, end: int) -> int:
    """How many objects and arrays are open at a place of JSON."""
    return sum(_STEPS.get(token[0], 0) for token in _NESTING.finditer(text, 0, end))
