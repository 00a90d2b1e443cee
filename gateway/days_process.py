"""A process of its own that reads the batch layer: pyarrow and S3 have no place in the gateway's own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar, TypeVar

import msgspec

from citystream.children import begin_child
from citystream.contracts.manifest import WINDOWS_COLUMNS
from citystream.contracts.state import State
from citystream.logs.setup import configure_logging
from citystream.servers.connections import s3_files
from citystream.settings import Settings

# A day's view is 24 objects, each read in a few requests: three rounds of them.
AT_ONCE = 8

KEY, WINDOW_START, STATE = WINDOWS_COLUMNS

T = TypeVar("T")


class Bucket:
    """What the process reads from."""

    name: ClassVar[str]
    files: ClassVar[Any]
    threads: ClassVar[ThreadPoolExecutor]


def begin(settings: Settings) -> None:
    """Called once, when the process starts."""
    begin_child()
    configure_logging(settings.log, "gateway", "days")
    Bucket.name, Bucket.files = settings.s3_bucket, s3_files(settings)
    Bucket.threads = ThreadPoolExecutor(AT_ONCE)


def started() -> None:
    """Comes back once the process is there and has what it reads with."""
    import pyarrow.parquet  # noqa: F401


def bodies(objects: Sequence[str]) -> list[bytes | None]:
    """Each whole; None of one that is not there.

    Raises:
        OSError: S3 does not answer, or refuses.
    """
    return each(_body, objects)


def whole(objects: Sequence[str]) -> list[bytes]:
    """Each as it is stored.

    Raises:
        OSError: S3 does not answer, or refuses; of an object that is not there FileNotFoundError.
    """
    return each(_whole, objects)


def beside(objects: Sequence[str]) -> list[list[str]]:
    """Names of all objects in the folder of each, which itself need not be there.

    Raises:
        OSError: S3 does not answer, or refuses.
    """
    return each(_beside, objects)


def of_key(key: str, objects: Sequence[str]) -> list[dict[int, bytes]]:
    """One key's windows in each object of a windows view: start (epoch seconds) -> state.

    Raises:
        OSError: S3 does not answer, or refuses; of an object that is not there FileNotFoundError.
        ValueError: an object is no such view.
    """
    return each(partial(_of_key, key), objects)


def at(start_s: int, objects: Sequence[str]) -> list[dict[str, bytes]]:
    """The window that begins then, of each key: key -> state; of each object. Raises as `of_key`."""
    return each(partial(_at, start_s), objects)


def summed(state: type[State], objects: Sequence[str]) -> list[dict[int, bytes]]:
    """All keys' windows together: start -> sum of states; of each object. Raises as `of_key`."""
    return each(partial(_summed, state), objects)


def each(read: Callable[[str], T], objects: Sequence[str]) -> list[T]:
    """What is read of each object, several at a time.

    Raises:
        OSError: S3 does not answer, or refuses; of an object that is not there FileNotFoundError.
        ValueError: an object can't be read.
    """
    return list(Bucket.threads.map(partial(_readable, read), objects))


def _readable(read: Callable[[str], T], name: str) -> T:
    import pyarrow as pa

    try:
        return read(name)
    except (pa.ArrowException, KeyError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def _body(name: str) -> bytes | None:
    try:
        return _whole(name)
    except FileNotFoundError:
        return None


def _whole(name: str) -> bytes:
    with Bucket.files.open_input_stream(f"{Bucket.name}/{name}") as stream:
        body: bytes = stream.read()
    return body


def _beside(name: str) -> list[str]:
    from pyarrow.fs import FileSelector

    folder, _, _ = f"{Bucket.name}/{name}".rpartition("/")
    found = Bucket.files.get_file_info(FileSelector(folder, allow_not_found=True))
    return [info.path.removeprefix(f"{Bucket.name}/") for info in found]


def _of_key(key: str, name: str) -> dict[int, bytes]:
    rows = _rows(name, [WINDOW_START, STATE], (KEY, "==", key))
    return dict(zip(_seconds(rows), rows[STATE].to_pylist(), strict=True))


def _at(start_s: int, name: str) -> dict[str, bytes]:
    rows = _rows(name, [KEY, STATE], (WINDOW_START, "==", datetime.fromtimestamp(start_s, UTC)))
    return dict(zip(rows[KEY].to_pylist(), rows[STATE].to_pylist(), strict=True))


def _summed(state: type[State], name: str) -> dict[int, bytes]:
    rows = _rows(name, [WINDOW_START, STATE])
    decoder = msgspec.msgpack.Decoder(state)
    sums: dict[int, State] = {}
    for start_s, stored in zip(_seconds(rows), rows[STATE].to_pylist(), strict=True):
        one = decoder.decode(stored)
        sums[start_s] = sums[start_s].merge(one) if start_s in sums else one
    return {start_s: msgspec.msgpack.encode(one) for start_s, one in sums.items()}


def _rows(name: str, columns: list[str], *where: tuple[str, str, object]) -> Any:
    import pyarrow.parquet as pq

    return pq.read_table(
        f"{Bucket.name}/{name}",
        columns=columns,
        filesystem=Bucket.files,
        filters=list(where) or None,
        # Its path says what is no column.
        partitioning=None,
        # The threads read side by side already.
        use_threads=False,
    )


def _seconds(rows: Any) -> list[int]:
    import pyarrow as pa

    milliseconds = rows[WINDOW_START].cast(pa.timestamp("ms", "UTC")).cast(pa.int64())
    return [at_ms // 1000 for at_ms in milliseconds.to_pylist()]
