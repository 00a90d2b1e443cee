"""What services store in Redis, as readers take it."""

import pytest

from citystream.contracts.stored import StoredError, whole_from


def test_from_when_on_all_windows_are_there_is_a_number_or_unknown() -> None:
    assert whole_from(None) is None
    assert whole_from(b"1790000000000") == 1_790_000_000_000
    for bad in (b"", b"soon", b"-1"):
        with pytest.raises(StoredError, match="not epoch milliseconds"):
            whole_from(bad)
