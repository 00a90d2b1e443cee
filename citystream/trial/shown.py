"""What Redis holds of one key: the newest of each of a service's views, as a person reads it."""

from typing import Any, cast

import msgspec

from citystream.contracts import redis_keys, stored
from citystream.contracts.event_time import rfc3339
from citystream.servers.connections import redis_client
from citystream.service import Latest, Service, Windows
from citystream.settings import Settings


async def newest(service: Service[Any], settings: Settings, key: str) -> dict[str, dict[str, Any]]:
    """View -> its newest window (merged), thing or event of the key; views that lack it are left out.

    Raises:
        RedisError, OSError: Redis is away.
        StoredError: a value is not what the contracts say.
    """
    found: dict[str, dict[str, Any]] = {}
    async with redis_client(settings) as client:
        for view in service.views:
            if isinstance(view, Windows) and not view.live:
                continue
            name = redis_keys.latest if isinstance(view, Latest) else redis_keys.live
            at = name(settings.namespace, service.name, view.name, key)
            fields = cast("dict[bytes, bytes]", await client.hgetall(at))
            if not fields:
                continue
            if isinstance(view, Latest):
                found[view.name] = stored.latest(fields, msgspec.msgpack.Decoder(dict[str, Any]))
                continue
            start_s, state = stored.newest_window(fields, msgspec.msgpack.Decoder(view.state))
            begin = {"window": rfc3339(start_s * 1000)} if isinstance(view, Windows) else {}
            found[view.name] = {**begin, **state.summary()}
    return found
