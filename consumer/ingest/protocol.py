"""
One connection: uvicorn's protocol on httptools, which reads heads of any size for any time, with limits.
"""

from __future__ import annotations

import asyncio
import socket

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from consumer.ingest.answer_log import AnswerLog
from consumer.ingest.arrival import MALFORMED, TOO_BUSY, TOO_LARGE, TOO_LARGE_HEAD, TOO_SLOW, Arrival
from consumer.ingest.connections import Connections
from consumer.ingest.http import EXTENSION
from consumer.ingest.inflight_limit import head_limit_bytes, request_limit_bytes
from consumer.ingest.response import Answer, on_the_wire

IDLE_LIMIT_S = 30.0
# For idle connections while stopping: a first request may still be on the network.
IDLE_LIMIT_WHEN_STOPPING_S = 1.0
# The rest of a request after its response is read and dropped: a reset could discard the response.
DISCARD_LIMIT_S = 2.0
# Longer than keys and Kafka may take; only a client that does not read its response takes longer.
ANSWER_LIMIT_S = 30.0
CLOSE_LIMIT_S = 5.0
HEADER_LINES = 100


class Limited(HttpToolsProtocol):
    """One connection, in one of four states: idle, receiving, processing, dropping the rest of a request."""

    registry: Connections
    answers: AnswerLog
    head_limit_bytes: int
    request_limit_bytes: int

    arrival: Arrival | None = None
    _since_s = 0.0
    _closing_since_s: float | None = None
    _is_in_head = False
    _is_unreadable = False
    _drops_rest = False
    _has_served = False
    _refusal = MALFORMED

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn
        """Register the connection, or respond with 503 when there are too many."""
        super().connection_made(transport)
        # asyncio does so only for sockets that state their protocol, which `socket.create_server` does not.
        # Without it the body of a response waits 40 ms for the acknowledgement of its head.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._since_s = self.registry.clock.monotonic_s()
        if not self.registry.opened(self):
            self._answer_raw(TOO_BUSY)

    def connection_lost(self, exc: Exception | None) -> None:
        """Remove the connection and its request from all counts."""
        self.registry.closed(self)
        self._end_arrival()
        super().connection_lost(exc)
        # They refer to this connection, which would remain until the garbage collector runs.
        self.cycle, self.scope = None, None  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Read data within the limits."""
        if self.transport.is_closing():
            return
        if self._is_unreadable or (self.arrival is not None and self.arrival.is_complete):
            # Pipelined data gets no response: the connection closes after the pending response.
            self.drain()
            self.flow.pause_reading()
            return
        if not self._drops_rest:
            self._count(self.arrival or self._begin(), len(data))
        if not self.transport.is_closing():
            super().data_received(data)

    def on_message_begin(self) -> None:
        """A head begins; a pipelined request before the pending response gets none."""
        super().on_message_begin()
        if self.arrival is None:
            self._begin()
        elif self.arrival.is_complete:
            self.drain()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header line, or a trailer line after a chunked body."""
        if len(self.headers) >= HEADER_LINES:
            self._refusal = TOO_LARGE_HEAD
            raise ValueError("more lines than any head of Lago's")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is complete; from here on the application processes the request."""
        self._is_in_head = False
        self.scope["extensions"] = {EXTENSION: self.arrival}  # type: ignore[dict-item] # our own
        super().on_headers_complete()
        if self.registry.is_draining:
            self.drain()

    def on_message_complete(self) -> None:
        """The request is complete."""
        super().on_message_complete()
        if self._drops_rest:
            self._become_idle()
        elif self.arrival is not None:
            self.arrival.is_complete = True

    def on_response_complete(self) -> None:
        """The response is sent; the rest of the request is dropped."""
        is_complete = self.arrival is None or self.arrival.is_complete
        self._end_arrival()
        self._has_served = True
        super().on_response_complete()
        self._become_idle()
        self._drops_rest = not is_complete
        if self._drops_rest and self.expect_100_continue:
            # The client waits for 100 Continue before the body, and does not send it after another status.
            self.transport.close()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - as uvicorn
        """Respond to invalid HTTP in our own format; uvicorn calls this."""
        self._is_unreadable = True
        if self.arrival is None or self._drops_rest:
            self.transport.close()
        elif not self.arrival.is_complete:
            self.refuse(self._refusal, ends_connection=True)
        else:
            self.drain()

    def _unsupported_upgrade_warning(self) -> None:
        """Log nothing: no protocol upgrade is supported."""

    def close(self) -> None:
        """Close it; no byte of a request is received, or its response is sent."""
        self.transport.close()

    def refuse(self, answer: Answer, *, ends_connection: bool = False) -> None:
        """Refuse the request that is being received."""
        if self.arrival is None:
            return
        if self._is_in_head:
            self._answer_raw(answer)
            return
        if ends_connection:
            self.drain()
        self.arrival.refuse(answer)

    def drain(self) -> None:
        """Close it after its next response."""
        if self.arrival is not None:
            self.arrival.ends_connection = True
        cycle: RequestResponseCycle | None = self.cycle  # None at first, against uvicorn's annotation
        if cycle is not None and not cycle.response_started:
            cycle.keep_alive = False

    def shutdown(self) -> None:
        """Close it now or after its response, since the server stops; uvicorn calls this."""
        if self.arrival is None and self._has_served and not self._drops_rest:
            self.transport.close()
        self.drain()

    def sweep(self, now_s: float) -> None:
        """End the connection when it has exceeded a time limit."""
        age_s = now_s - self._since_s
        if self.transport.is_closing():
            self._sweep_closing(now_s)
        elif self._drops_rest:
            self._close_after(DISCARD_LIMIT_S, age_s)
        elif self.arrival is None:
            is_stopping = self.registry.is_stopping
            self._close_after(IDLE_LIMIT_WHEN_STOPPING_S if is_stopping else IDLE_LIMIT_S, age_s)
        elif self.arrival.is_too_slow(now_s):
            self.refuse(TOO_SLOW, ends_connection=True)
        elif now_s - self.arrival.began_s > ANSWER_LIMIT_S:
            self.transport.abort()

    def _sweep_closing(self, now_s: float) -> None:
        if self._closing_since_s is None:
            self._closing_since_s = now_s
        elif now_s - self._closing_since_s > CLOSE_LIMIT_S:
            self.transport.abort()

    def _close_after(self, limit_s: float, age_s: float) -> None:
        if age_s > limit_s:
            self.transport.close()

    def _begin(self) -> Arrival:
        registry = self.registry
        self.arrival = arrival = Arrival(
            registry.inflight, began_s=registry.clock.monotonic_s(), on_proven=self._proven
        )
        self._is_in_head = True
        registry.unproven(self, arrival)
        return arrival

    def _proven(self) -> None:
        self.registry.proven(self)

    def _count(self, arrival: Arrival, size_bytes: int) -> None:
        """Refuse the request when it is too large, or when the in-flight limit does not admit its bytes."""
        if self._is_in_head and arrival.size_bytes > self.head_limit_bytes:
            self.refuse(TOO_LARGE_HEAD)
        elif arrival.size_bytes > self.request_limit_bytes:
            self.refuse(TOO_LARGE, ends_connection=True)
        while arrival.refusal is None and not arrival.grow(size_bytes):
            if not self.registry.make_space():
                self.refuse(TOO_BUSY)
                return

    def _end_arrival(self) -> None:
        if self.arrival is not None:
            self.arrival.end()
            self.arrival = None

    def _become_idle(self) -> None:
        self._drops_rest = False
        self._since_s = self.registry.clock.monotonic_s()
        self.registry.idle(self)

    def _answer_raw(self, answer: Answer) -> None:
        """Write the response directly, for a request that does not reach the application."""
        self.answers.refused_unread(answer, source=self.client[0] if self.client else "")
        if self.arrival is not None:
            self.arrival.refuse(answer)
        self._end_arrival()
        self.transport.write(on_the_wire(answer))
        self.transport.close()


def protocol(*, connections: Connections, answers: AnswerLog, body_limit_bytes: int) -> type[Limited]:
    """
    The protocol class for uvicorn.

    Args:
        connections: all open connections and their limits.
        answers: counts refusals before the application.
        body_limit_bytes: largest body of one request.
    """
    return type(
        "LimitedTo",
        (Limited,),
        {
            "registry": connections,
            "answers": answers,
            "head_limit_bytes": head_limit_bytes(body_limit_bytes),
            "request_limit_bytes": request_limit_bytes(body_limit_bytes),
        },
    )
