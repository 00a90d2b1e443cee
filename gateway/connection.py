"""One client's HTTP connection: how long asking may take, and taking the answer; how long a request may be;
how many there may be.

Uvicorn bounds none of them: one byte a minute keeps a connection for ever, and so does a client that reads
nothing; headers are kept as long as they come.
"""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway import headers, metrics
from gateway.limits import LONGEST_URL, url_too_long
from gateway.patience import Patient
from gateway.problems import ProblemError

# What is read at once; bounds are looked at between reads.
PIECE = 16_384
# Credentials, cookies of other programs on the same host and what a browser adds are below 8 kB.
LONGEST_HEAD = 32_768
# What the WebSocket library reads of a handshake; beyond it, it would leave the connection open and silent.
LONGEST_LINE = 8_190
MOST_HEADERS = 128
# Connections beyond the bound that are told so, for at most a second each; those beyond them are cut.
SPARE = 256
TOLD_WITHIN_S = 1.0
# For a client that was refused while it still sends: closing at once would reset the connection, and with it
# the answer that it has not read yet.
LINGER_S = 5.0


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What a connection is held to."""

    connections: int
    """At once, WebSockets included."""
    request_s: float
    """From a connection's start, or a request's first byte, to its last."""
    take_s: float
    """For which a client may take nothing of what it is sent."""


class Connection(Patient, HttpToolsProtocol):
    """Uvicorn's own with a deadline for each request; costs nothing where a request comes in one piece."""

    limits: ConnectionLimits

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._deadline: asyncio.TimerHandle | None = None
        self._too_many = False
        self._refused = False
        self._in_head = True
        self._asked = False
        """Whether a whole request has come and is not answered yet."""
        self._received = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        beyond = len(self.connections) - self.limits.connections
        if beyond > SPARE:
            transport.abort()
        self._too_many = beyond > 0
        self._set_deadline(TOLD_WITHIN_S if self._too_many else self.limits.request_s)

    def connection_lost(self, exc: Exception | None) -> None:
        self._drop_deadline()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        super().shutdown()
        cycle = self.cycle
        if cycle is not None and cycle.chunked_encoding and not cycle.response_complete:
            # The live stream, the only answer of no known length, has no end of its own.
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        for start in range(0, len(data), PIECE):
            # The transport has another protocol once it speaks WebSocket, and none once it was refused.
            if self._over or self.transport.get_protocol() is not self:
                return
            super().data_received(data if len(data) <= PIECE else data[start : start + PIECE])
            if not self._over and self.transport.get_protocol() is self:
                self._after_piece(min(PIECE, len(data) - start))

    @property
    def _over(self) -> bool:
        """Nothing more is taken: the connection ends, or does once its client has read why."""
        return self._refused or self.transport.is_closing()

    def _after_piece(self, length: int) -> None:
        if self._asked:
            self._received = 0
            self._drop_deadline()
            return
        self._received += length
        # A body that was refused is read on, or its sender could not read why; the deadline is its bound.
        if self._in_head and self._received > LONGEST_HEAD:
            self._refuse(url_too_long() if len(self.url) > LONGEST_URL else _headers_too_long())
        elif self._deadline is None:
            self._set_deadline(self.limits.request_s)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True

    def on_headers_complete(self) -> None:
        if self._too_many:
            metrics.REFUSED.labels("connections").inc()
            self._refuse(
                ProblemError(
                    503, "too many connections", remedy="try again in a while", headers={"Retry-After": "5"}
                )
            )
            return
        self._in_head = False
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not self._over:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self._over:
            # A body that nobody wanted may end after its answer.
            self._asked = self.cycle is None or not self.cycle.response_complete
            super().on_message_complete()

    def on_response_complete(self) -> None:
        self._asked = False
        super().on_response_complete()

    def handle_websocket_upgrade(self) -> None:
        if self._over:
            return
        self._drop_deadline()
        problem = self._handshake_problem()
        if problem is not None:
            self._refuse(problem)
        else:
            super().handle_websocket_upgrade()

    def _handshake_problem(self) -> ProblemError | None:
        if len(self.url) > LONGEST_URL:
            return url_too_long()
        if len(self.headers) > MOST_HEADERS or any(
            len(name) + len(value) > LONGEST_LINE for name, value in self.headers
        ):
            return _headers_too_long()
        has_body = any(name in (b"content-length", b"transfer-encoding") for name, _ in self.headers)
        if self.scope["method"] != "GET" or has_body or not self.url.isascii():
            return ProblemError(400, "no WebSocket handshake", remedy="send GET without a body (RFC 6455)")
        return None

    def send_400_response(self, msg: str) -> None:
        """What can't be read as HTTP; `msg` has no more to say."""
        if not self._over:
            self._refuse(ProblemError(400, msg, remedy="send HTTP/1.1 as RFC 9112 has it"))

    def _give_up(self) -> None:
        metrics.REFUSED.labels("unread").inc()
        self.transport.abort()

    def _set_deadline(self, after_s: float) -> None:
        self._deadline = self.loop.call_later(after_s, self._too_slow)

    def _drop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if self._received and self._in_head:
            metrics.REFUSED.labels("slow").inc()
            self._refuse(
                ProblemError(
                    408,
                    f"no whole request within {self.limits.request_s:g} s",
                    remedy="send a request at once",
                )
            )
        else:
            self._refuse(None)

    def _refuse(self, problem: ProblemError | None) -> None:
        """End the connection; before anything was answered on it, with the reason."""
        self._drop_deadline()
        answering = self.cycle is not None and not self.cycle.response_complete
        if answering or (problem is None and not self._received):
            self.transport.close()
            return
        if problem is not None:
            answer = problem.response()
            ours = headers.completed(answer.raw_headers, headers.defaults(tls=self.scheme == "https"))
            told = [*self.server_state.default_headers, *ours, (b"connection", b"close")]
            lines = b"".join(name + b": " + value + b"\r\n" for name, value in told)
            status = f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}\r\n"
            self.transport.write(status.encode() + lines + b"\r\n" + bytes(answer.body))
        self._refused = True
        # TLS has no half of a connection; its client knows the answer's length.
        if self.transport.can_write_eof():
            self.transport.write_eof()
        after_s = TOLD_WITHIN_S if self._too_many else LINGER_S
        self._deadline = self.loop.call_later(after_s, self.transport.close)


def with_limits(limits: ConnectionLimits) -> type[Connection]:
    """The protocol class for a server."""

    class Limited(Connection):
        pass

    Limited.limits, Limited.take_s = limits, limits.take_s
    return Limited


def _headers_too_long() -> ProblemError:
    return ProblemError(
        431, "the headers are too long", field="headers", remedy="send fewer and shorter ones"
    )
