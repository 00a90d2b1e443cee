"""What identifies an event: its id and its event time, where its bytes have them."""

from collections.abc import Iterable

import msgspec

from citystream.contracts.events import Timestamp, event_time_ms


class _Identity(msgspec.Struct, gc=False):
    event_id: str
    timestamp: Timestamp


_decode = msgspec.json.Decoder(_Identity).decode


def identify(values: Iterable[bytes | None]) -> tuple[list[str | None], list[int | None]]:
    """Event ids and event times, each None where the bytes don't have both."""
    ids: list[str | None] = []
    times_ms: list[int | None] = []
    for value in values:
        try:
            identity = _decode(value or b"")
            time_ms = event_time_ms(identity.timestamp)
        except (ValueError, RecursionError):
            ids.append(None)
            times_ms.append(None)
        else:
            ids.append(identity.event_id)
            times_ms.append(time_ms)
    return ids, times_ms
