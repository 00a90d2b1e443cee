"""Versions order as the log does; keys of one entity share a slot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citystream.contracts import redis_keys as keys

offsets = st.integers(0, 10**keys.OFFSET_DIGITS - 1)
times_ms = st.integers(0, 10**keys.TIME_DIGITS - 1)
starts_s = st.integers(0, 10**keys.TIME_DIGITS - 1)
partitions = st.integers(0, 10**keys.PARTITION_DIGITS - 1)


@given(st.lists(offsets))
def test_window_versions_sort_as_offsets(found: list[int]) -> None:
    assert sorted(map(keys.window_version, found)) == [keys.window_version(one) for one in sorted(found)]
    assert {len(keys.window_version(one)) for one in found} <= {keys.WINDOW_VERSION_LENGTH}


@given(st.lists(st.tuples(starts_s, offsets)))
def test_live_versions_sort_by_window_then_offset(found: list[tuple[int, int]]) -> None:
    assert sorted(keys.live_version(*one) for one in found) == [
        keys.live_version(*one) for one in sorted(found)
    ]
    assert {len(keys.live_version(*one)) for one in found} <= {keys.LIVE_VERSION_LENGTH}


@given(st.lists(st.tuples(times_ms, partitions, offsets)))
def test_latest_versions_sort_by_time_then_place_in_the_log(found: list[tuple[int, int, int]]) -> None:
    assert sorted(keys.latest_version(*one) for one in found) == [
        keys.latest_version(*one) for one in sorted(found)
    ]
    assert {len(keys.latest_version(*one)) for one in found} <= {keys.LATEST_VERSION_LENGTH}


@given(st.text(min_size=1))
def test_all_keys_of_one_entity_carry_one_hash_tag(key: str) -> None:
    tag = keys.tag("ns", "gps", keys.bucket(key))
    made = (
        keys.page("ns", "gps", "minute", key, 7300),
        keys.live("ns", "gps", "minute", key),
        keys.latest("ns", "gps", "position", key),
        keys.index("ns", "gps", "position", keys.bucket(key)),
        keys.places("ns", "gps", "position", keys.bucket(key)),
    )
    assert all(one.startswith(tag) for one in made)
    assert 0 <= keys.bucket(key) < keys.BUCKETS


def test_keys_stand_as_they_are_documented() -> None:
    assert keys.page("city", "gps", "minute", "v1", 7300) == "{city:gps:05}:page:minute:7200:v1"
    assert keys.live("city", "traffic", "road", "r9") == "{city:traffic:03}:live:road:r9"
    assert keys.partitions("city", "gps") == "{city:gps}:partitions"
    assert keys.status("city", "gps", "host-1") == "city:status:gps:host-1"
    assert keys.window_field(7200, 1, 3) == "7200.1.3"
    assert keys.partition_field(1, 3) == "1.3"


@pytest.mark.parametrize(
    ("start_s", "page"), [(0, 0), (3599, 0), (3600, 3600), (1_795_421_730, 1_795_420_800)]
)
def test_a_page_begins_on_the_hour(start_s: int, page: int) -> None:
    assert keys.page_start(start_s) == page
