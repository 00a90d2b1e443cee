"""Ids seen: forgotten with the watermark, and taken back after a restart."""

from citystream.fold.dedupe import BUCKET_MS, SeenIds

HORIZON_MS = 60_000


def test_an_id_is_new_once() -> None:
    seen = SeenIds(HORIZON_MS)
    assert seen.add("a", 0)
    assert not seen.add("a", 0)
    assert seen.add("b", 0)


def test_ids_are_kept_within_the_horizon_and_forgotten_beyond() -> None:
    seen = SeenIds(HORIZON_MS)
    seen.add("old", 0)
    assert seen.prune(HORIZON_MS) == []
    assert not seen.add("old", 0)
    assert seen.prune(HORIZON_MS + BUCKET_MS) == [0]
    assert len(seen) == 0


def test_packed_ids_are_known_to_the_next_owner() -> None:
    seen, next_owner = SeenIds(HORIZON_MS), SeenIds(HORIZON_MS)
    seen.add("a", 0)
    seen.add("b", BUCKET_MS)
    for bucket, _, packed in seen.pack_new():
        next_owner.restore(bucket, packed)
    assert not next_owner.add("a", 0)
    assert not next_owner.add("b", BUCKET_MS)
    assert next_owner.add("c", 0)
    next_owner.prune(HORIZON_MS + BUCKET_MS)
    assert not next_owner.add("b", BUCKET_MS)


def test_ids_are_packed_once() -> None:
    seen = SeenIds(HORIZON_MS)
    seen.add("a", 0)
    assert [(bucket, position, len(packed)) for bucket, position, packed in seen.pack_new()] == [(0, 0, 8)]
    assert list(seen.pack_new()) == []
    seen.add("b", 0)
    assert [(bucket, position, len(packed)) for bucket, position, packed in seen.pack_new()] == [(0, 1, 8)]
