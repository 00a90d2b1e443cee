"""What is read of the objects of a windows view."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow.fs import LocalFileSystem

from citystream.contracts.traffic import TrafficWindow
from gateway import days_process
from gateway.days_process import Bucket
from tests.gateway.speed_layer import readings
from tests.gateway.written_days import Part, parquet


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """What the process reads from."""
    with ThreadPoolExecutor(2) as threads:
        monkeypatch.setattr(Bucket, "name", str(tmp_path), raising=False)
        monkeypatch.setattr(Bucket, "files", LocalFileSystem(), raising=False)
        monkeypatch.setattr(Bucket, "threads", threads, raising=False)
        yield tmp_path


def state(*speeds_kmh: float) -> bytes:
    return msgspec.msgpack.encode(readings(*speeds_kmh))


def test_a_view_is_read_by_key_by_window_and_summed(folder: Path) -> None:
    parts = [Part("a", 0, readings(1.0)), Part("a", 300, readings(2.0)), Part("b", 0, readings(3.0))]
    (folder / "v=1").mkdir()
    (folder / "v=1" / "one").write_bytes(parquet(parts))
    (folder / "two").write_bytes(parquet(parts[:1]))
    names = ["v=1/one", "two"]
    assert days_process.of_key("a", names) == [{0: state(1.0), 300: state(2.0)}, {0: state(1.0)}]
    assert days_process.at(0, names) == [{"a": state(1.0), "b": state(3.0)}, {"a": state(1.0)}]
    assert days_process.summed(TrafficWindow, names) == [
        {0: state(1.0, 3.0), 300: state(2.0)},
        {0: state(1.0)},
    ]
    assert days_process.bodies(["two", "gone"]) == [(folder / "two").read_bytes(), None]
    assert days_process.whole(["two"]) == [(folder / "two").read_bytes()]
    assert days_process.beside(["v=1/other", "v=2/other"]) == [["v=1/one"], []]


def test_what_is_not_there_and_what_is_no_view_are_told_apart(folder: Path) -> None:
    with pytest.raises(FileNotFoundError):
        days_process.of_key("a", ["gone"])
    with pytest.raises(FileNotFoundError):
        days_process.whole(["gone"])
    (folder / "text").write_bytes(b"no Parquet at all")
    pq.write_table(pa.table({"key": ["a"], "window_start": ["soon"], "state": [b"1"]}), folder / "words")
    pq.write_table(pa.table({"key": ["a"]}), folder / "narrow")
    for name in ("text", "words", "narrow"):
        for ask in (
            lambda names: days_process.of_key("a", names),
            lambda names: days_process.at(0, names),
            lambda names: days_process.summed(TrafficWindow, names),
        ):
            with pytest.raises(ValueError, match=r"Arrow|Key"):
                ask([name])
    (folder / "other").write_bytes(parquet([Part("a", 0, "no state")]))
    with pytest.raises(ValueError, match="array"):
        days_process.summed(TrafficWindow, ["other"])
