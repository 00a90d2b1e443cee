"""Bytes to a port, and what comes back: what no HTTP client would send."""

import asyncio
import base64

from tests.harness.patience import PATIENCE_S


def basic(user: tuple[str, str]) -> str:
    """The value of an `Authorization` header."""
    return "Basic " + base64.b64encode(":".join(user).encode()).decode()


async def answer(port: int, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers (names in lower case) and body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await read_answer(reader)
    finally:
        writer.close()


async def ask(port: int, request: bytes) -> int:
    """The status alone."""
    return (await answer(port, request))[0]


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    """The next answer on a connection."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers["content-length"]))
    return int(head[0].split(" ")[1]), headers, body
