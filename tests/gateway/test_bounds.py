"""Boxes, on either side of the 180th meridian and over it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.bounds import BoundsError, checked, of_line, of_point, overlap

FIJI = (177.0, -20.0, -178.0, -16.0)
LONGITUDES = st.integers(-180, 179)


@pytest.mark.parametrize(
    ("box", "point", "inside"),
    [
        (FIJI, (179.9, -18.0), True),
        (FIJI, (-179.9, -18.0), True),
        (FIJI, (180.0, -18.0), True),
        (FIJI, (-180.0, -18.0), True),
        (FIJI, (177.0, -16.0), True),
        (FIJI, (-177.9, -18.0), False),
        (FIJI, (0.0, -18.0), False),
        (FIJI, (179.9, 18.0), False),
        ((-10.0, -20.0, 10.0, -16.0), (179.9, -18.0), False),
    ],
)
def test_a_box_over_the_meridian_holds_what_lies_on_its_way(
    box: tuple[float, float, float, float], point: tuple[float, float], inside: bool
) -> None:
    assert overlap(of_point(*point), checked(box)) is inside


@given(LONGITUDES, st.integers(0, 359), LONGITUDES, st.integers(0, 359))
def test_boxes_overlap_where_they_share_a_whole_degree(
    west: int, width: int, other_west: int, other_width: int
) -> None:
    def box(west: int, width: int) -> tuple[float, float, float, float]:
        east = (west + width + 180) % 360 - 180
        return float(west), 0.0, float(east), 1.0

    degrees = {(west + step) % 360 for step in range(width + 1)}
    others = {(other_west + step) % 360 for step in range(other_width + 1)}
    assert overlap(box(west, width), box(other_west, other_width)) is bool(degrees & others)


@pytest.mark.parametrize(
    ("line", "box"),
    [
        ([(13.0, 52.0), (13.5, 51.0), (13.2, 53.0)], (13.0, 51.0, 13.5, 53.0)),
        ([(179.5, -18.0), (-179.5, -17.0)], (179.5, -18.0, -179.5, -17.0)),
        ([(-179.0, 0.0), (179.0, 1.0), (178.0, 0.0)], (178.0, 0.0, -179.0, 1.0)),
        ([(0.0, 0.0), (120.0, 0.0), (-120.0, 0.0), (0.0, 0.0)], (-180.0, 0.0, 180.0, 0.0)),
    ],
)
def test_a_lines_box_goes_the_way_that_the_line_goes(
    line: list[tuple[float, float]], box: tuple[float, float, float, float]
) -> None:
    assert of_line(line) == box


@pytest.mark.parametrize(
    "numbers", [(1, 2, 3), (1, 4, 3, 2), (181, 0, 0, 0), (0, -91, 0, 0), (0, 0, float("nan"), 0)]
)
def test_what_is_no_box_is_refused(numbers: tuple[float, ...]) -> None:
    with pytest.raises(BoundsError):
        checked(numbers)
