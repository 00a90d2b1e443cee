"""What a data set is, and how its rows become records."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from citystream.contracts.city_model import CityModel
from citystream.contracts.event import Event
from citystream.contracts.event_time import LATEST_MS
from citystream.contracts.registry import EVENTS
from citystream.fold.reader import Reader
from simulator.record import Record

Skipped = Counter[str]
"""Rows or parts of rows that were left out, by reason."""

Reading = tuple[str, str, Event]
"""Type, key and event."""


class DatasetError(Exception):
    """The data can't be read; the message names the file, and where it is expected."""


@dataclass(frozen=True)
class Dataset:
    """A data set on disk."""

    name: str
    namespace: str
    types: tuple[str, ...]
    step_s: int
    """Between two rows of time."""
    readings: Callable[[Path, Skipped], Iterator[Reading]]
    """Events of the folder in order of time."""
    model: Callable[[Path], CityModel]
    notes: tuple[str, ...]
    """What in the events is not in the data."""

    def records(self, folder: Path, skipped: Skipped) -> Iterator[tuple[int, Record]]:
        """Event time in epoch milliseconds, and the record; what the contract refuses is skipped.

        Raises:
            DatasetError: a file is missing or has another shape.
        """
        # How a broker's clock will stand is not known: no bound for the future.
        readers = {type_: Reader(EVENTS[type_], future_ms=0) for type_ in self.types}
        for type_, key, event in self.readings(folder, skipped):
            value = msgspec.json.encode(event)
            try:
                # Encoding checks nothing; reading checks as the service will.
                _, time_ms = readers[type_].read(value, int(LATEST_MS))
            except ValueError as error:
                skipped[f"{type_}: {error}"] += 1
                continue
            yield time_ms, Record(type_, key.encode(), value)


def rows(folder: Path, name: str, header: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Rows of a CSV file that has at least the columns given.

    Raises:
        DatasetError: the file is missing or lacks a column.
    """
    lines = _lines(folder, name)
    columns = next(lines, [])
    lacking = [column for column in header if column not in columns]
    if lacking:
        raise DatasetError(f"{folder / name}: no column {', '.join(lacking)} in its first line")
    for line in lines:
        yield dict(zip(columns, line, strict=False))


def matrix(folder: Path, name: str) -> Iterator[list[str]]:
    """Lines of a CSV file, the first included.

    Raises:
        DatasetError: the file is missing.
    """
    return _lines(folder, name)


def _lines(folder: Path, name: str) -> Iterator[list[str]]:
    path = folder / name
    try:
        with path.open(newline="", encoding="utf-8") as file:
            yield from csv.reader(file)
    except OSError as error:
        raise DatasetError(f"{path}: {error.strerror}; give the folder that holds {name}") from error


def numbers(texts: Mapping[str, str], *columns: str) -> list[float]:
    """The columns as numbers.

    Raises:
        ValueError: naming the column.
    """
    values = []
    for column in columns:
        try:
            values.append(float(texts[column]))
        except (KeyError, ValueError) as error:
            raise ValueError(f"{column}: {texts.get(column)!r} is not a number") from error
    return values
