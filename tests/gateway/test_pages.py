"""Pages and their cursors."""

import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pages import cursor, page, read_cursor
from gateway.problems import ProblemError

KEYS = st.lists(st.text(max_size=6), unique=True).map(sorted)


def same(item: str) -> str:
    return item


@given(KEYS, st.integers(1, 9))
def test_pages_concatenate_to_the_whole(keys: list[str], limit: int) -> None:
    seen, after = [], None
    while True:
        shown, last = page(keys, same, after, limit)
        assert len(shown) <= limit
        seen += shown
        if last is None:
            break
        assert len(shown) == limit
        after = read_cursor(cursor(last), str)
    assert seen == keys
    assert page(keys, same, None, None) == (keys, None)


@given(KEYS, KEYS, st.integers(1, 9))
def test_what_is_there_all_the_time_is_on_one_page(
    before: list[str], meanwhile: list[str], limit: int
) -> None:
    first, last = page(before, same, None, limit)
    after = sorted({*meanwhile, *before})
    rest = page(after, same, last, None)[0] if last is not None else []
    assert [key for key in [*first, *rest] if key in before] == before


@given(st.tuples(st.floats(allow_nan=False, allow_infinity=False), st.text()))
def test_a_cursor_may_have_several_parts(place: tuple[float, str]) -> None:
    assert read_cursor(cursor(place), tuple[float, str]) == place


GARBAGE = st.text(max_size=40) | st.binary(max_size=40).map(lambda one: base64.b64encode(one).decode())


@given(GARBAGE)
def test_garbage_is_refused_or_a_place(text: str) -> None:
    with suppress(ProblemError):
        assert isinstance(read_cursor(text, str), str)


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(ProblemError, match="cursor") as refused:
        read_cursor(cursor(12), str)
    assert (refused.value.status, refused.value.field) == (400, "cursor")
