"""GeoJSON (RFC 7946) out of JSON objects that lie ready: longitude before latitude, WGS 84."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from citystream.contracts.city_model import CityModel, Line, Point, Position
from gateway.shapes import FreshList, Source
from gateway.view import Entry

Lines = Mapping[str, bytes]
"""Id -> geometry, encoded, of things that are longer than a point."""
NO_LINES: Lines = {}


class MultiLine(msgspec.Struct, frozen=True, tag="MultiLineString"):
    """A line that is cut at the 180th meridian."""

    coordinates: list[list[Position]]


class Member(msgspec.Struct, kw_only=True, tag="Feature"):
    """One thing and where it is: null where that is not known; `properties` as in the JSON answer."""

    id: str
    geometry: Line | MultiLine | Point | None
    properties: dict[str, Any]


class Feature(Member, kw_only=True, tag="Feature"):
    """One thing, where it is, and how fresh that is."""

    as_of: str | None
    source: Source


class FeatureCollection(FreshList, kw_only=True, tag="FeatureCollection"):
    """Things, where they are, and how fresh that is."""

    count: int
    features: list[Member]


def lines(model: CityModel | None) -> Lines:
    """The roads' lines."""
    roads = model.roads.values() if model else ()
    return {road.id: line(road.line) for road in roads}


def point(longitude: float, latitude: float) -> bytes:
    """A point, encoded."""
    return b'{"type":"Point","coordinates":[%b,%b]}' % (repr(longitude).encode(), repr(latitude).encode())


def line(positions: list[Position]) -> bytes:
    """A line of two positions or more, encoded."""
    return msgspec.json.encode(Line(positions))


def feature(entry: Entry[Any], lines: Lines) -> bytes:
    """Members of a feature: a thing of a view."""
    return b'"type":"Feature","id":%b,"geometry":%b,"properties":%b' % (
        msgspec.json.encode(entry.key),
        _geometry(entry, lines),
        entry.body,
    )


def features(entries: Iterable[Entry[Any]], lines: Lines) -> bytes:
    """Members of a collection of features."""
    return b'"type":"FeatureCollection","features":[%b]' % b",".join(
        b"{%b}" % feature(entry, lines) for entry in entries
    )


def _geometry(entry: Entry[Any], lines: Lines) -> bytes:
    if entry.key in lines:
        return lines[entry.key]
    return b"null" if entry.bounds is None else point(*entry.bounds[:2])
