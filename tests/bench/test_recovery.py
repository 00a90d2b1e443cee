"""Recovery: a short changelog, and a worker that has all of it."""

from pathlib import Path
from typing import cast

import msgspec
import pytest
from click.testing import CliRunner

from bench import recovery
from citystream.contracts import redis_keys
from citystream.contracts.redis_keys import PartitionFacts
from citystream.servers.connections import redis_client
from tests.conftest import MakeSettings

SECONDS, PER_S, KEYS, PARTITIONS = 20, 400, 20, 2


@pytest.mark.real
async def test_a_worker_is_live_with_all_states_of_the_changelog(
    settings: MakeSettings, tmp_path: Path
) -> None:
    own = settings(partitions=PARTITIONS)
    found = await recovery.measure(own, tmp_path, seconds=SECONDS, per_s=PER_S, keys=KEYS)
    # A second's checkpoint: a row for each road (20 events a second each), one of facts, one or two of ids.
    least = SECONDS * (KEYS + 2 * PARTITIONS)
    assert least * 0.95 < found.changelog_records < least * 1.5
    assert found.states >= KEYS
    assert found.records_per_s * found.recovery_seconds > 0.99 * found.changelog_records
    async with redis_client(own) as client:
        said = cast(
            "dict[bytes, bytes]", await client.hgetall(redis_keys.partitions(own.namespace, "traffic"))
        )
    facts = [msgspec.msgpack.decode(value, type=PartitionFacts) for value in said.values()]
    assert sum(one.next_offset for one in facts) == SECONDS * PER_S
    assert {one.generation for one in facts} == {0}


def test_fewer_keys_than_partitions_are_refused() -> None:
    answer = CliRunner().invoke(recovery.main, ["--keys", "2", "--partitions", "4"])
    assert answer.exit_code == 2
    assert "fewer than the 4 partitions" in answer.output
