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
    ("header", "takes"),
    [
        ("", False),
        ("gzip", True),
        ("deflate, br", False),
        ("gzip, deflate, br, zstd", True),
        ("x-gzip", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip;q=0, *", False),
        ("*;q=0, gzip;q=0.1", True),
        ("gzip;q=0.5, identity", False),
        ("gzip;q=high", False),
    ],
)
def test_an_answer_is_packed_for_whoever_takes_it(header: str, takes: bool) -> None:
    assert negotiation.takes_gzip(header) is takes


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
