"""Redaction: values that say who somebody is never rest in archive or dead letters.

The service's own redaction runs first (a plate becomes its hash), then every field of the listed names gets
a mark for its value. What is left is the same event to the reader, or refused as before: a replay decides
as the live run did.
"""

from collections.abc import Collection
from typing import Any, Self

import msgspec
from msgspec import inspect

from citystream.contracts.event import Event
from citystream.contracts.personal import clash
from citystream.fold.members import Members, Write, is_json
from citystream.fold.tolerance import kinds_of, redacted
from citystream.service import Service
from citystream.settings import Settings, SettingsError

MARK = b'"(redacted)"'
# Text that is not UTF-8 is passed over in an unknown field, and ends a tolerant reading: so does this.
NOT_UTF8_MARK = b'"(redacted)\xff"'


class Redaction:
    """What one service takes out of the original bytes before they are stored."""

    def __init__(self, service: Service[Any], names: Collection[str]) -> None:
        self.own = service.redact
        """The service's own, asked of every record."""
        self._members = Members(names, own=_text_fields(service.event))
        self.trace = self._members.trace
        """Pattern (RE2 too) of bytes that `fields` may change; empty where it changes none."""

    @classmethod
    def of(cls, service: Service[Any], settings: Settings) -> Self:
        """As the settings have it.

        Raises:
            SettingsError: a listed name is a field of the service's event.
        """
        if problem := clash(settings.redacted, service.name, service.event):
            raise SettingsError(f"CITY_REDACT_FIELDS: {problem}")
        return cls(service, settings.redacted)

    def __call__(self, value: bytes) -> bytes:
        """The bytes as they may be stored, whatever they are."""
        return self.fields(redacted(self.own, value) if self.own else value)

    def fields(self, value: bytes) -> bytes:
        """The bytes without the values of listed fields."""
        return redacted(self._fields, value)

    def text(self, text: str) -> str:
        """Words that may quote an event."""
        inside = text.encode(errors="surrogateescape")
        return self._members.written_inside(inside, _marked(MARK)).decode(errors="replace")

    def _fields(self, text: bytes) -> bytes:
        marked = self._members.written(text, _marked(MARK))
        if marked is text or _can_be_decoded(text) or not is_json(text):
            return marked
        return self._members.written(text, _marked(NOT_UTF8_MARK))


def _text_fields(event: type[Event]) -> set[str]:
    """Fields that take any text: with another one it would be another event."""
    about = inspect.type_info(event)
    fields = about.fields if isinstance(about, inspect.StructType) else ()
    return {
        one.encode_name
        for one in fields
        if any(isinstance(kind, inspect.StrType) for kind in kinds_of(one.type)[0])
    }


def _marked(mark: bytes) -> Write:
    return lambda head, _: head + mark


def _can_be_decoded(text: bytes) -> bool:
    try:
        msgspec.json.decode(text)
    except (ValueError, RecursionError):
        return False
    return True
