"""Topics, objects and indices stand where readers look for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citystream.contracts import indices, s3_paths, topics

# 2026-11-23T08:15:30.250Z
MS = 1_795_421_730_250


@pytest.mark.parametrize(
    ("generation", "partition", "offset", "ms", "path"),
    [
        (0, 3, 1200, MS, "date=2026-11-23/hour=08/3-00000000000000001200.parquet"),
        (2, 3, 0, MS, "date=2026-11-23/hour=08/3g2-00000000000000000000.parquet"),
        (0, 11, 7, 1_798_761_599_999, "date=2026-12-31/hour=23/11-00000000000000000007.parquet"),
        (0, 11, 7, 1_798_761_600_000, "date=2027-01-01/hour=00/11-00000000000000000007.parquet"),
    ],
)
def test_an_object_is_named_by_its_first_record(
    generation: int, partition: int, offset: int, ms: int, path: str
) -> None:
    name = s3_paths.raw_object("city", "gps", generation, partition, offset, ms)
    assert name == f"city/raw/topic=gps/{path}"
    assert name.startswith(s3_paths.raw_prefix("city", "gps"))


@given(st.lists(st.integers(0, 2**63 - 1)))
def test_objects_of_a_partition_and_hour_list_in_the_order_of_the_log(offsets: list[int]) -> None:
    def name(offset: int) -> str:
        return s3_paths.raw_object("city", "gps", 0, 0, offset, MS)

    assert sorted(map(name, offsets)) == [name(offset) for offset in sorted(offsets)]


def test_topics_and_groups_carry_the_namespace() -> None:
    assert topics.source("city", "gps") == "city.gps"
    assert topics.dead_letters("city", "gps") == "city.gps.dlq"
    assert topics.changelog("city", "gps") == "city-gps-state-changelog"
    assert topics.app_id("city", "gps") == "city-gps"
    assert topics.archive_group("city", "gps") == "city-gps-archive"


def test_indices_and_ids_are_deterministic() -> None:
    assert indices.windows("city", "traffic", "road", MS // 1000) == "city-traffic-road-2026.11"
    assert indices.states("city", "emergency", "incident") == "city-emergency-incident"
    assert indices.window_id("r1", 1_795_421_700, 0, 3) == "r1|1795421700|0.00003"
    assert indices.window_doc_version(0) == 1


@given(st.lists(st.tuples(st.integers(0, 2**41 - 1), st.integers(0, 2**20 - 1))))
def test_versions_of_latest_documents_sort_by_time_then_offset(found: list[tuple[int, int]]) -> None:
    versions = [indices.latest_doc_version(*one) for one in sorted(found)]
    assert versions == sorted(versions)
    assert all(0 <= version < 2**63 for version in versions)
