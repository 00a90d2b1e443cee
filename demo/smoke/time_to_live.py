"""Whether every key in Redis goes away by itself."""

from redis.asyncio import Redis

PAGE = 1_000
NO_TTL = -1


async def keys_without_ttl(redis: Redis, pattern: str) -> tuple[int, list[str]]:
    """Number of keys that match, and the names of those without a time to live."""
    seen, bare = 0, []
    page: list[bytes] = []
    async for key in redis.scan_iter(pattern, count=PAGE):
        page.append(key)
        if len(page) == PAGE:
            bare += await _bare(redis, page)
            seen, page = seen + len(page), []
    return seen + len(page), bare + await _bare(redis, page)


async def _bare(redis: Redis, keys: list[bytes]) -> list[str]:
    async with redis.pipeline(transaction=False) as pipe:
        for key in keys:
            pipe.ttl(key)
        answers = await pipe.execute() if keys else []
    return [key.decode(errors="replace") for key, ttl in zip(keys, answers, strict=True) if ttl == NO_TTL]
