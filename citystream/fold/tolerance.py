"""The forms that real senders use beside the clean one, made clean.

Driven by the event's own declaration, so a new type gets all of it. What is changed is told by form, and
what stands in no list by its name, so that the owner of a feed can see it.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import inspect

from citystream.contracts.event import FORGIVEN, UNKNOWN, Event

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# A zero and the id of a schema: what the serializers of a schema registry put first.
SCHEMA_PREFIX_BYTES = 5

# No measurement has more digits; Python refuses to read very many.
NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{0,40})?([eE][+-]?\d{1,3})?", re.ASCII)
LONGEST_ID = 100
# Leap seconds end a quarter of an hour, wherever the clock stands.
LEAP_SECOND = re.compile(r"(\d{4}-\d\d-\d\d[Tt ]\d\d:(?:14|29|44|59)):60(?:\.\d+)?")
# 1e14 us and 1e17 ns are 1973; as milliseconds both lie beyond 2100.
MICROSECONDS_FROM, NANOSECONDS_FROM = 1e14, 1e17

FORMS: Mapping[str, str] = {
    "byte_order_mark": "a UTF-8 byte order mark before the JSON",
    "schema_prefix": "a zero and a schema's id (5 bytes) before the JSON",
    "number_for_text": "an integer where an id is a text: `4711`",
    "text_for_number": 'digits in quotes where a number stands: `"47.02"`',
    "text_for_time": "epoch digits in quotes",
    "empty": 'an empty text for a field that may be missing: `""`',
    "null": "null for a field that may be missing",
    "unknown_mark": "a number that stands for not known: heading 511, speed -1",
    "unplaced": "an incident whose position is missing, can't be read or can't be",
    "leap_second": "second 60, read as the last millisecond before it",
    "epoch_us": "epoch microseconds",
    "epoch_ns": "epoch nanoseconds",
    "letter_case": "`BUS`, `Rain` for `bus`, `rain`; not of an incident's status, which drives a state",
    "unlisted": "a word that is in no list, read as `other` or `unknown`",
}
"""Name -> meaning, as `city_events_tolerated_total` and `validate` tell them."""


@dataclass(slots=True)
class Told:
    """What was changed in one event."""

    forms: set[str] = field(default_factory=set)
    unlisted: list[tuple[str, str]] = field(default_factory=list)
    """Field and word."""


Mend = Callable[[Any, str, Told], Any]
"""A value, its path and the telling -> the value made clean; what can't be is left as it is."""
MISSING = object()


def split(value: bytes) -> tuple[bytes, bytes]:
    """What serializers put before the JSON, and the JSON."""
    start = SCHEMA_PREFIX_BYTES if value[:1] == b"\x00" and len(value) > SCHEMA_PREFIX_BYTES else 0
    if value.startswith(BYTE_ORDER_MARK, start):
        start += len(BYTE_ORDER_MARK)
    return value[:start], value[start:]


def redacted(redact: Callable[[bytes], bytes], value: bytes) -> bytes:
    """A value without what may not be stored, whatever stands before its JSON."""
    prefix, text = split(value)
    return prefix + redact(text)


class Tolerance:
    """The forms of one event type."""

    def __init__(self, event: type[Event]) -> None:
        self._event = event
        self._mend = _struct(inspect.type_info(event))

    def read(self, value: bytes, refusal: Exception) -> tuple[Any, Told]:
        """The event, and what had to be changed; `refusal` is why it is not clean.

        Raises:
            ValueError, RecursionError: it is no event in any form.
        """
        told = Told()
        prefix, text = split(value)
        if prefix[:1] == b"\x00":
            told.forms.add("schema_prefix")
        if prefix.endswith(BYTE_ORDER_MARK):
            told.forms.add("byte_order_mark")
        try:
            fields = msgspec.json.decode(text)
        except (ValueError, RecursionError):
            if prefix:
                # It says where; the refusal stops at the prefix.
                msgspec.json.decode(text, type=self._event)
            raise refusal from None
        fields = self._mend(fields, "", told)
        if not told.forms:
            raise refusal
        return msgspec.convert(fields, self._event), told


def _struct(kind: Any) -> Mend:
    known = {one.encode_name: _field(one) for one in kind.fields}
    catch_all = getattr(kind.cls, "catch_all", None)

    def mend(value: Any, path: str, told: Told) -> Any:
        if not isinstance(value, dict):
            return value
        if catch_all:
            value = _caught(value, known, catch_all, path.rstrip("."), told)
        mended = dict(value)
        for name, mend_field in known.items():
            if name in value:
                clean = mend_field(value[name], f"{path}{name}", told)
                if clean is MISSING:
                    del mended[name]
                else:
                    mended[name] = clean
        return mended

    return mend


def _caught(
    value: dict[str, Any], known: Collection[str], catch_all: str, path: str, told: Told
) -> dict[str, Any]:
    """Counts of classes that are not known, under the one that takes them; what is no number is left out."""
    mended: dict[str, Any] = {}
    for name, given in value.items():
        to = name if name in known else _folded(name)
        if to in known:
            if to != name:
                told.forms.add("letter_case")
        else:
            told.forms.add("unlisted")
            if _number(given) is None:
                continue
            told.unlisted.append((path, to))
            to = catch_all
        before, more = mended.get(to), _number(given)
        mended[to] = given if before is None else _sum(before, more)
    return mended


def _sum(before: Any, more: Any) -> Any:
    known = _number(before)
    return before if more is None else more if known is None else known + more


def _field(one: inspect.Field) -> Mend:
    kinds, extras = kinds_of(one.type)
    marks = tuple(mark for extra in extras for mark in extra.get(UNKNOWN, ()))
    forgiven = any(FORGIVEN in extra for extra in extras)
    nullable = any(isinstance(kind, inspect.NoneType) for kind in kinds)
    literals = [kind for kind in kinds if isinstance(kind, inspect.LiteralType)]
    structs = [_struct(kind) for kind in kinds if isinstance(kind, inspect.StructType)]
    is_time = any(isinstance(kind, inspect.DateTimeType) for kind in kinds)
    is_number = any(isinstance(kind, inspect.FloatType | inspect.IntType) for kind in kinds)
    is_text = any(isinstance(kind, inspect.StrType) for kind in kinds)

    def mend(value: Any, path: str, told: Told) -> Any:
        if value is None:
            return value if nullable or one.required else _told(told, "null", MISSING)
        if isinstance(value, str) and not value.strip() and not one.required:
            return _told(told, "empty", MISSING)
        if is_time:
            return _time(value, told)
        if is_number and not is_text:
            measured = _measured(value, marks if nullable else (), told)
            if forgiven and not _fits(measured, kinds):
                return _told(told, "unplaced", None)
            return measured
        if is_text and _is_id(value):
            return _told(told, "number_for_text", str(value))
        if literals and not one.required:
            return _listed(value, literals[0].values, one.default, path, told)
        for struct in structs:
            value = struct(value, f"{path}.", told)
        return value

    return mend


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**LONGEST_ID


def _fits(value: Any, kinds: Collection[inspect.Type]) -> bool:
    """Whether a number is one that the field takes, or it is none and null."""
    try:
        bounds = [(kind.ge, kind.le) for kind in kinds if isinstance(kind, inspect.FloatType)]
        return value is None or any(low <= value <= high for low, high in bounds)
    except TypeError:
        return False


def kinds_of(kind: inspect.Type) -> tuple[list[inspect.Type], list[dict[str, Any]]]:
    """The plain types that a field takes, and what its `Meta` say beside them."""
    if isinstance(kind, inspect.Metadata):
        kinds, extras = kinds_of(kind.type)
        return kinds, [*extras, kind.extra or {}]
    if isinstance(kind, inspect.UnionType):
        parts = [kinds_of(part) for part in kind.types]
        return [one for kinds, _ in parts for one in kinds], [one for _, extras in parts for one in extras]
    return [kind], []


def _told(told: Told, form: str, value: Any) -> Any:
    told.forms.add(form)
    return value


def _number(value: Any) -> float | None:
    """A number, or the one that a text is; an integer stays one."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = value.strip() if isinstance(value, str) else ""
    if not NUMBER.fullmatch(text):
        return None
    return int(text) if text.lstrip("+-").isdigit() else float(text)


def _measured(value: Any, marks: tuple[float, ...], told: Told) -> Any:
    number = _number(value)
    if number is None:
        return value
    if number in marks:
        return _told(told, "unknown_mark", None)
    return _told(told, "text_for_number", number) if isinstance(value, str) else value


def _time(value: Any, told: Told) -> Any:
    number = _number(value)
    if number is None:
        leap = LEAP_SECOND.match(value) if isinstance(value, str) else None
        return _told(told, "leap_second", f"{leap[1]}:59.999{value[leap.end() :]}") if leap else value
    if isinstance(value, str):
        told.forms.add("text_for_time")
    if number >= NANOSECONDS_FROM:
        return _told(told, "epoch_ns", number / 1e6)
    if number >= MICROSECONDS_FROM:
        return _told(told, "epoch_us", number / 1e3)
    return number


def _folded(word: str) -> str:
    return word.strip().lower().replace(" ", "_").replace("-", "_")


def _listed(value: Any, words: Collection[Any], default: Any, path: str, told: Told) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int) or value in words:
        return value
    word = _folded(str(value))
    if word in words:
        return _told(told, "letter_case", word)
    told.unlisted.append((path, word))
    return _told(told, "unlisted", default)
