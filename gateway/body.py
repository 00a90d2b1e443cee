"""A request's body, read within bounds."""

import asyncio
from typing import TypeVar

import msgspec
from starlette.requests import Request

from gateway.endpoint import JSON
from gateway.limits import LONGEST_BODY, body_too_long
from gateway.problems import ProblemError, naming_fields

T = TypeVar("T")


async def of_json(request: Request, type_: type[T], within_s: float, example: str) -> T:
    """The body as this type.

    Raises:
        ProblemError: 415, 413, 408 or 400, naming the field.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise ProblemError(415, "not JSON", field="Content-Type", remedy=f"send {JSON}: {example}")
    body = await _read(request, within_s)
    with naming_fields("body", f"send {example}"):
        return msgspec.json.decode(body, type=type_)


async def _read(request: Request, within_s: float) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(within_s):
            async for piece in request.stream():
                body += piece
                if len(body) > LONGEST_BODY:
                    raise body_too_long()
    except TimeoutError as error:
        raise ProblemError(
            408, f"no whole body within {within_s:g} s", field="body", remedy="send it at once"
        ) from error
    return bytes(body)
