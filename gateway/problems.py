"""Errors as `application/problem+json` (RFC 9457), with the field and the remedy."""

import math
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from gateway import request_id

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 2


class ProblemError(Exception):
    """What went wrong, as the client is told."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        remedy: str,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.remedy = remedy
        self.field = field
        self.headers = dict(headers or {})

    def document(self) -> dict[str, Any]:
        """The members of the problem document."""
        named = {"field": self.field} if self.field is not None else {}
        own = request_id.current()
        return {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            **named,
            "remedy": self.remedy,
            **({request_id.NAME: own} if own else {}),
        }

    def response(self) -> Response:
        """The problem as an answer."""
        headers = {"Cache-Control": "no-store", **self.headers}
        return Response(msgspec.json.encode(self.document()), self.status, headers, media_type=MEDIA_TYPE)


def bad_field(field: str, reason: str, remedy: str) -> ProblemError:
    """A parameter that can't be used."""
    return ProblemError(400, f"{field}: {reason}", field=field, remedy=remedy)


@contextmanager
def naming_fields(whole: str, remedy: str) -> Iterator[None]:
    """What can't be decoded in it is a problem of its field; `whole` is the name of all of it.

    Raises:
        ProblemError: 400.
    """
    try:
        yield
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$.")
        raise bad_field(path.rstrip("`").partition("[")[0] or whole, reason, remedy) from error
    except msgspec.DecodeError as error:
        raise bad_field(whole, f"not JSON: {error}", remedy) from error


def unanswered(detail: str) -> ProblemError:
    """That nobody who could know answers now."""
    return ProblemError(
        503,
        detail,
        remedy=f"try again in {RETRY_AFTER_S} s; /api/status says what is down",
        headers={"Retry-After": str(RETRY_AFTER_S)},
    )


def too_many(detail: str, wait_s: float, headers: Mapping[str, str] | None = None) -> ProblemError:
    """429, and when to come again."""
    seconds = math.ceil(wait_s)
    return ProblemError(
        429,
        detail,
        remedy=f"wait {seconds} s",
        headers={"Retry-After": str(seconds), **(headers or {})},
    )


def no_such(field: str, value: str, remedy: str) -> ProblemError:
    """A thing that is not there."""
    return ProblemError(404, f"{field}: no {value!r}", field=field, remedy=remedy)


async def on_problem(_: Request, error: Exception) -> Response:
    """Answer a `ProblemError` that a handler raised."""
    assert isinstance(error, ProblemError)  # noqa: S101 - registered for this class alone
    return error.response()


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Answer what the router refused."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class alone
    if error.status_code == HTTPStatus.NOT_FOUND:
        problem = no_route(request.url.path)
    elif error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        problem = not_for_this_route(request.method, (error.headers or {}).get("Allow", ""))
    else:
        problem = ProblemError(
            error.status_code, error.detail, remedy="see docs/gateway.md", headers=error.headers
        )
    return problem.response()


def failed() -> ProblemError:
    """A fault of our own; the server logs it with its trace."""
    return ProblemError(500, "the gateway failed", remedy="try again; if it persists, see its log")


def no_route(path: str) -> ProblemError:
    """A path that is none of ours."""
    return ProblemError(404, f"no route {path}", remedy="docs/gateway.md lists the routes")


def not_for_this_route(method: str, allowed: str) -> ProblemError:
    """Another method than those that a route takes."""
    return ProblemError(
        405, f"{method} is not for this route", remedy=f"use {allowed}", headers={"Allow": allowed}
    )


async def on_error(_: Request, __: Exception) -> Response:
    """Answer a fault of our own."""
    return failed().response()


HANDLERS: Mapping[Any, Callable[[Request, Exception], Awaitable[Response]]] = {
    ProblemError: on_problem,
    HTTPException: on_http_exception,
    Exception: on_error,
}
"""For an application: no error leaves it in another form."""
