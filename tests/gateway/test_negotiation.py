"""What a request's headers ask for."""

import pytest

from gateway import negotiation

JSON, GEOJSON = OFFERS = ("application/json", "application/geo+json")


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/geo+json", GEOJSON),
        ("APPLICATION/GEO+JSON", GEOJSON),
        ("application/json;q=0.5, application/geo+json", GEOJSON),
        ("application/geo+json;q=0.5, application/json", JSON),
        ("application/geo+json;q=0.4, */*;q=0.5", JSON),
        ("*/*;q=0.4, application/geo+json;q=0.5", GEOJSON),
        ("application/json;q=0, */*", GEOJSON),
        ("application/geo+json; charset=utf-8", GEOJSON),
        ("text/html, application/xhtml+xml, */*;q=0.8", JSON),
        ("text/html", None),
        ("application/json;q=0, application/geo+json;q=0.000", None),
        ("*/*;q=0", None),
        ("application/json;q=2", None),
        ("nonsense", None),
    ],
)
def test_the_best_liked_representation_is_chosen(accept: str, wanted: str | None) -> None:
    assert negotiation.media_type(accept, OFFERS) == wanted


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("", None),
        ("gzip", "gzip"),
        ("zstd", "zstd"),
        ("deflate, br", None),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, zstd;q=0.9", "gzip"),
        ("x-gzip", "gzip"),
        ("*", "zstd"),
        ("*, zstd;q=0", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0, *", "zstd"),
        ("gzip;q=0, zstd;q=0, *", None),
        ("*;q=0, gzip;q=0.1", "gzip"),
        ("gzip;q=0.5, identity", None),
        ("gzip;q=high", None),
    ],
)
def test_an_answer_is_packed_as_the_client_likes_it_best(header: str, wanted: str | None) -> None:
    assert negotiation.coding(header, ("zstd", "gzip")) == wanted


@pytest.mark.parametrize(
    ("header", "has"),
    [
        ("", False),
        ("*", True),
        (" * ", True),
        ('W/"a-1"', True),
        ('"a-1"', True),
        ('"b", W/"a-1"', True),
        ('W/"x,y" , "a-1"', True),
        ('"a-1', False),
        ("a-1", False),
        ('"b"', False),
        ('w/"b",W/"A-1"', False),
    ],
)
def test_tags_are_compared_weakly_with_each_of_the_list(header: str, has: bool) -> None:
    assert negotiation.has(header, 'W/"a-1"') is has
