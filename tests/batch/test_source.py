"""Rows of Parquet files, as expressions get them."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from batch.columns import TIME
from batch.daily.source import rows
from batch.once import engine

SCHEMA = pa.schema([("road_id", pa.string()), ("event_time", TIME), ("speed_kmh", pa.float64())])
AT = datetime(2026, 7, 1, 0, 0, 0, 250_000, UTC)


def test_files_that_are_older_than_a_column_have_nulls_there(tmp_path: Path) -> None:
    older, newer = tmp_path / "it's older.parquet", tmp_path / "newer.parquet"
    pq.write_table(pa.table({"road_id": ["a"]}), older)
    pq.write_table(
        pa.table({"speed_kmh": [3.5], "event_time": pa.array([AT], TIME), "road_id": ["b"]}), newer
    )
    connection = engine(1, "1GB", tmp_path)
    expected = [
        {"road_id": "a", "event_time": None, "speed_kmh": None},
        {"road_id": "b", "event_time": round(AT.timestamp() * 1000), "speed_kmh": 3.5},
    ]
    found = connection.to_pyarrow(rows(connection, [older, newer], SCHEMA).order_by("road_id"))
    assert found.to_pylist() == expected
    assert connection.to_pyarrow(rows(connection, [older], SCHEMA)).to_pylist() == expected[:1]
    assert connection.to_pyarrow(rows(connection, [], SCHEMA)).to_pylist() == []
    connection.disconnect()
