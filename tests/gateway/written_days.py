"""Writes the batch layer's days as the contracts have them, without the batch jobs."""

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from types import NoneType
from typing import Any, NamedTuple, Self, get_args, get_type_hints
from zoneinfo import ZoneInfo

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from citystream.contracts import manifest as manifests
from citystream.contracts import s3_paths
from citystream.contracts.city_day import HOUR_MS, CityDay, city_day
from citystream.contracts.daily_view import DailyView, Row, batch_view
from citystream.contracts.manifest import BatchView, Compacted, Manifest, Stored
from citystream.contracts.quality import REPORT
from tests.harness import s3

SCHEMA = pa.schema(
    [
        pa.field("key", pa.string()),
        pa.field("window_start", pa.timestamp("ms", "UTC")),
        pa.field("state", pa.binary()),
    ]
)
assert tuple(SCHEMA.names) == manifests.WINDOWS_COLUMNS
COLUMNS = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    datetime: pa.timestamp("ms", "UTC"),
}


class Part(NamedTuple):
    """What one UTC hour of a day has of a window."""

    key: str
    start_s: int
    state: object
    hour_ms: int | None = None
    """Start of the hour; None is that of the window's start."""


class Rows(NamedTuple):
    """A day's table of a daily view."""

    view: DailyView
    rows: Sequence[Row] | pa.Table | None
    """None is a view without an object."""
    reasons: tuple[str, ...] = ()
    left_out: int = 0


class WrittenDays:
    """The batch layer of one namespace."""

    def __init__(self, endpoint: str, bucket: str, namespace: str, zone: str) -> None:
        self.bucket, self.namespace, self.zone = bucket, namespace, ZoneInfo(zone)
        self._client = s3.client(endpoint)
        self._versions = count(1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    @property
    def environment(self) -> dict[str, str]:
        """What a gateway needs to read it."""
        return {
            "CITY_S3": self._client.meta.endpoint_url,
            "CITY_S3_BUCKET": self.bucket,
            "CITY_S3_ACCESS_KEY": "test",
            "CITY_S3_SECRET_KEY": "test",
            "CITY_TIMEZONE": self.zone.key,
        }

    def day(self, text: str) -> CityDay:
        """A day of the city."""
        return city_day(date.fromisoformat(text), self.zone)

    def publish(
        self,
        text: str,
        views: Mapping[str, Iterable[Part]],
        reasons: Iterable[str] = (),
        tables: Iterable[Rows] = (),
        report: bytes | None = None,
        **changes: Any,
    ) -> Manifest:
        """Write a day's views, by `type.view`, in a version of their own, and then its manifest, of which
        `changes` are members."""
        day, version = self.day(text), f"v{next(self._versions)}"
        types = {name.partition(".")[0] for name in views}
        manifest = Manifest(
            date=text,
            timezone=day.timezone,
            start_ms=day.start_ms,
            end_ms=day.end_ms,
            published_ms=day.end_ms,
            compacted={type_: Compacted(version=version, reasons=list(reasons)) for type_ in types},
            views={
                f"windows.{name}": self._view(f"windows.{name}", version, list(parts))
                for name, parts in views.items()
            }
            | {batch_view(one.view): self._table(one, version, day) for one in tables}
            | ({} if report is None else {REPORT: self._report(report, version, day)}),
        )
        manifest = msgspec.structs.replace(manifest, **changes)
        self.put_manifest(text, manifests.encode(manifest))
        return manifest

    def put_manifest(self, text: str, body: bytes) -> None:
        """Have a day's manifest be this."""
        self.put(s3_paths.manifest(self.namespace, text), body)

    def _view(self, name: str, version: str, parts: list[Part]) -> BatchView:
        hours: dict[int, list[Part]] = {}
        for part in parts:
            hour_ms = part.start_s * 1000 // HOUR_MS * HOUR_MS if part.hour_ms is None else part.hour_ms
            hours.setdefault(hour_ms, []).append(part)
        prefix = s3_paths.version_prefix(s3_paths.view_prefix(self.namespace, name), version)
        objects = []
        for hour_ms, rows in sorted(hours.items()):
            key = f"{s3_paths.hour_prefix(prefix, hour_ms)}windows.parquet"
            self.put(key, parquet(rows))
            objects.append(Stored(key, hour_ms, len(rows)))
        type_ = name.split(".")[1]
        return BatchView(version=version, made_from={type_: version}, objects=objects, rows=len(parts))

    def _table(self, table: Rows, version: str, day: CityDay) -> BatchView:
        name, objects, count = batch_view(table.view), [], 0
        if table.rows is not None:
            key = s3_paths.daily_object(self.namespace, name, version)
            rows = table.rows if isinstance(table.rows, pa.Table) else table_of(table.view, table.rows)
            self.put(key, written(rows))
            count = rows.num_rows
            objects.append(Stored(key, day.start_ms, count))
        return BatchView(
            version=version,
            made_from={},
            objects=objects,
            rows=count,
            left_out=table.left_out,
            reasons=list(table.reasons),
        )

    def _report(self, body: bytes, version: str, day: CityDay) -> BatchView:
        key = s3_paths.daily_report(self.namespace, REPORT, version)
        self.put(key, body)
        return BatchView(version=version, made_from={}, objects=[Stored(key, day.start_ms, 1)], rows=1)

    def put(self, key: str, body: bytes) -> None:
        """Have an object be this."""
        self._client.put_object(Bucket=self.bucket, Key=key, Body=body)

    def body(self, key: str) -> bytes:
        """An object as it is stored."""
        found: bytes = self._client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return found

    def delete(self, key: str) -> None:
        """Have it be gone."""
        self._client.delete_object(Bucket=self.bucket, Key=key)


def zone_of_another_date() -> str:
    """Where the date is not that of UTC now, and will not change within an hour."""
    return "Etc/GMT-14" if datetime.now(UTC).hour >= 11 else "Etc/GMT+12"


def parquet(parts: Iterable[Part]) -> bytes:
    """One object of a windows view."""
    rows = sorted(parts, key=lambda part: (part.key, part.start_s))
    table = pa.table(
        [
            [part.key for part in rows],
            [datetime.fromtimestamp(part.start_s, UTC) for part in rows],
            [msgspec.msgpack.encode(part.state) for part in rows],
        ],
        schema=SCHEMA,
    )
    return written(table)


def table_of(view: DailyView, rows: Iterable[Row]) -> pa.Table:
    """Rows as the contract has them stored."""
    fields = [pa.field(name, COLUMNS[_type(hint)]) for name, hint in get_type_hints(view.row).items()]
    return pa.Table.from_pylist([msgspec.structs.asdict(row) for row in rows], pa.schema(fields))


def written(table: pa.Table) -> bytes:
    """A Parquet file."""
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def samples(view: DailyView, count: int, day: CityDay) -> list[Row]:
    """Rows of a view with something in each column; the first has null wherever that may be."""
    columns = get_type_hints(view.row).items()
    return [view.row(**{name: _sample(hint, name, at, day) for name, hint in columns}) for at in range(count)]


def _sample(hint: Any, name: str, at: int, day: CityDay) -> Any:
    if at == 0 and NoneType in get_args(hint):
        return None
    made = {
        str: f'{name}, "{at}"',
        int: at + 1,
        float: at + 0.125,
        bool: at % 2 == 0,
        datetime: datetime.fromtimestamp(day.start_ms / 1000, UTC) + timedelta(minutes=5 * at),
    }
    return made[_type(hint)]


def _type(hint: Any) -> Any:
    """What a column has if it is not null."""
    return next((one for one in get_args(hint) if one is not NoneType), hint)
