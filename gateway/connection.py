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

from gateway import headers, metrics, request_id
from gateway.limits import LONGEST_URL, url_too_long
from gateway.patience import Patient
from gateway.problems import ProblemError

# Of a body, what is read at once.
PIECE = 16_384
# From a request line's first byte to the empty line's last. Credentials, cookies of other programs on the
# same host and what a browser adds are below 8 kB.
LONGEST_HEAD = 16_384
# So ends a head, and a body that comes in chunks.
END = b"\r\n\r\n"
# What the WebSocket library reads of a handshake; beyond it, it would leave the connection open and silent.
LONGEST_LINE = 8_190
MOST_HEADERS = 128
# Connections beyond the bound that are told so, for at most a second each; those beyond them are cut.
SPARE = 256
TOLD_WITHIN_S = 1.0
# For a client that was refused while it still sends: closing at once would reset the connection, and with it
# the answer that it has not read yet. And for a route that waits for a body to say itself that it is slow.
LINGER_S = 5.0


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What a connection is held to."""

    connections: int
    """At once, WebSockets included."""
    request_s: float
    """From a connection's start, or a request's first byte, to its head's last; then as long for its body."""
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
        self._later: ProblemError | None = None
        """What there is to say once the requests before have been answered."""
        self._in_head = False
        self._in_body = False
        self._asked = False
        """Whether a whole request has come and is not answered yet."""
        self._received = 0
        self._counted = 0
        """Bytes of the head that is being received; in a body, of what is none of it, such as trailers."""
        self._last = b""
        """What came last, as much as may be a part of `END`."""
        self._body_begun = False
        self._body_came = False
        self._body_left = 0
        """Of a body whose length was told; what came of it is taken off, also before it is added."""

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
        if not self._counted and len(data) <= LONGEST_HEAD and data.endswith(END):
            # As good as all that comes: no head in it is too long, and none goes on in what comes next.
            if self._takes:
                self._take(data)
            return
        start = 0
        while start < len(data) and self._takes:
            # A head begins with a piece, so its bytes can be counted.
            piece = data[start : self._end_of_piece(data, start)]
            self._take(piece)
            self._last = (self._last + piece)[1 - len(END) :]
            start += len(piece)

    def _take(self, piece: bytes) -> None:
        super().data_received(piece)
        if self._takes:
            self._after_piece(len(piece))

    def _end_of_piece(self, data: bytes, start: int) -> int:
        """Where a request ends, or its head, or what may be taken of either."""
        if self._body_left > 0:
            return start + min(self._body_left, PIECE)
        most = start + LONGEST_HEAD - self._counted
        across = (self._last + data[start : start + len(END) - 1]).find(END)
        if across >= 0:
            return min(most, start + across + len(END) - len(self._last))
        found = data.find(END, start, most)
        return most if found < 0 else found + len(END)

    @property
    def _takes(self) -> bool:
        # The transport has another protocol once it speaks WebSocket, and none once it was refused.
        return not self._over and self.transport.get_protocol() is self

    @property
    def _over(self) -> bool:
        """Nothing more is taken: the connection ends, or does once its client has read why."""
        return self._refused or self._later is not None or self.transport.is_closing()

    def _after_piece(self, length: int) -> None:
        if self._in_body and not self._body_begun:
            self._begin_body()
        elif self._in_head or (self._in_body and not self._body_came):
            self._counted += length
        else:
            self._counted = 0
        self._body_came = False
        if self._counted >= LONGEST_HEAD:
            self._refuse(url_too_long() if len(self.url) > LONGEST_URL else _headers_too_long())
        elif self._asked:
            self._received = 0
            self._drop_deadline()
        else:
            # A body that was refused is read on, or its sender could not read why; the deadline is its bound.
            self._received += length
            if self._deadline is None:
                self._set_deadline(self.limits.request_s + (LINGER_S if self._in_body else 0.0))

    def _begin_body(self) -> None:
        self._counted, self._body_begun = 0, True
        self._body_left += sum(int(value) for name, value in self.headers if name == b"content-length")
        self._drop_deadline()

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
        super().on_headers_complete()
        self._in_head, self._in_body = False, True
        self._body_begun, self._body_left = False, 0

    def on_body(self, body: bytes) -> None:
        self._body_came = True
        self._body_left -= len(body)
        if not self._over:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_body = False
        if not self._over:
            # A body that nobody wanted may end after its answer.
            self._asked = self.cycle is None or not self.cycle.response_complete
            super().on_message_complete()

    def on_response_complete(self) -> None:
        self._asked = False
        super().on_response_complete()
        if self._later and self.cycle.response_complete:
            self._refuse(self._later)

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
        """End the connection: with the reason, unless it lies in a body, whose request has its answer."""
        self._drop_deadline()
        if self._in_body:
            problem = None
        answering = self.cycle is not None and not self.cycle.response_complete
        if answering and problem is not None:
            self._later = problem
            return
        if answering or self.transport.is_closing() or (problem is None and not self._received):
            self.transport.close()
            return
        if problem is not None:
            with request_id.of_nobody() as own:
                answer = problem.response()
            ours = headers.completed(answer.raw_headers, headers.defaults(tls=self.scheme == "https"))
            named = [(request_id.HEADER, own.encode()), (b"connection", b"close")]
            told = [*self.server_state.default_headers, *ours, *named]
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
