"""A metric as Prometheus scrapes it."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "gauge", "histogram"]

Unit = Literal["", "0 or 1", "bytes", "km/h", "ratio", "s", "Unix s"]
"""Of its value; empty is a plain count. A ratio of 1 is all."""

ENDINGS: dict[str, Unit] = {
    "_bytes": "bytes",
    "_kmh": "km/h",
    "_ratio": "ratio",
    "_timestamp_seconds": "Unix s",
    "_seconds": "s",
    "_up": "0 or 1",
}
"""A name ends with its unit, before `_total`; the first that fits."""

TOTAL = "_total"
PREFIX = "city_"


@dataclass(frozen=True, slots=True)
class Metric:
    """One of the catalogue. `name` is the whole of it, as it is scraped; a counter's ends in `_total`."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    meaning: str

    @property
    def unit(self) -> Unit:
        """By the name's ending."""
        name = self.name.removesuffix(TOTAL)
        return next((unit for ending, unit in ENDINGS.items() if name.endswith(ending)), "")


def counter(name: str, meaning: str, *labels: str) -> Metric:
    return Metric(PREFIX + name, "counter", labels, meaning)


def gauge(name: str, meaning: str, *labels: str) -> Metric:
    return Metric(PREFIX + name, "gauge", labels, meaning)


def histogram(name: str, meaning: str, *labels: str) -> Metric:
    return Metric(PREFIX + name, "histogram", labels, meaning)
