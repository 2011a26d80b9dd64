"""
A stub of NetSuite for the benchmark: a process that responds to RESTlet calls by contract version 1.

``python -m tests.bench.stub --journal FILE --cap 15`` prints its origin, then serves until SIGTERM. It takes
any token-based login without looking at it, turns calls away at the cap at once as NetSuite does, and writes
down every call when it ends. ``GET /bench/state`` returns its progress.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import httptools

from tests.bench.account import Account, Admission, Faults, noted
from tests.bench.call_log import DROPPED, LIMIT_EXCEEDED, OK, OUT_OF_SERVICE, Call
from tests.bench.service_times import SHARE_OF_THE_OTHERS

HOST = "127.0.0.1"
ACCOUNT_ID = "1234567_SB1"
PING_S = 0.05
STATE_PATH = b"/bench/state"
MAINTENANCE = b"<html><head><title>Down for maintenance</title></head></html>"
REASONS = {200: "OK", 400: "Bad Request", 503: "Service Unavailable"}


@dataclass(frozen=True, slots=True)
class Stub:
    """The account and its journal."""

    account: Account
    journal: TextIO

    def connection(self) -> Connection:
        """One more caller."""
        return Connection(self)

    def state(self) -> bytes:
        """How far it has come."""
        told = {"settled": len(self.account.settled), "under_way": self.account.in_flight}
        return json.dumps(told | {"first_call_s": self.account.first_call_s}).encode()


class Connection(asyncio.Protocol):
    """One connection, kept alive; one call at a time, as HTTP/1.1 clients do."""

    def __init__(self, stub: Stub) -> None:
        self._stub = stub
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._url = b""
        self._body: list[bytes] = []
        self._gone_at: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, _: Exception | None) -> None:
        self._gone_at = time.time()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._url, self._body = b"", []

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        if self._url == STATE_PATH:
            self._answer(200, self._stub.state())
        elif self._parser.get_method() == b"GET":
            asyncio.get_running_loop().call_later(PING_S, self._answer, OK, envelope("", []))
        else:
            self._call(json.loads(b"".join(self._body)))

    def _call(self, request: dict[str, Any]) -> None:
        t_in = time.time()
        admission = self._stub.account.admit(request["items"], t_in)
        if admission.attempt == 0:
            self._note(admission, [], t_in, t_in)
            self._answer(admission.status, refusal(admission.status))
            return
        asyncio.get_running_loop().call_later(admission.service_s, self._end, request, admission, t_in)

    def _end(self, request: dict[str, Any], admission: Admission, t_in: float) -> None:
        t_out = time.time()
        answers = self._stub.account.end(admission, t_out)
        self._note(admission, answers, t_in, t_out)
        if admission.status == DROPPED:
            if self._transport is not None:
                self._transport.abort()
        elif admission.status == OK:
            self._answer(OK, envelope(request["request_id"], answers))
        else:
            self._answer(admission.status, refusal(admission.status))

    def _note(self, admission: Admission, answers: list[dict[str, Any]], t_in: float, t_out: float) -> None:
        call = Call(
            t_in=t_in,
            t_out=t_out,
            status=admission.status,
            attempt=admission.attempt,
            items=noted(admission.items, answers),
            gone_at=self._gone_at,
        )
        self._stub.journal.write(call.line())

    def _answer(self, status: int, body: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        kind = "text/html" if body.startswith(b"<") else "application/json"
        about = f"Content-Type: {kind}\r\nContent-Length: {len(body)}"
        head = f"HTTP/1.1 {status} {REASONS[status]}\r\n{about}\r\n\r\n"
        self._transport.write(head.encode() + body)


def envelope(request_id: str, items: list[dict[str, Any]]) -> bytes:
    """What the script answers around its items."""
    answer = {
        "v": 1,
        "request_id": request_id or None,
        "items": items,
        "script": {"version": "bench", "units_used": 20, "units_left": 4980, "elapsed_ms": 1},
        "account": {"id": ACCOUNT_ID, "environment": "SANDBOX"},
    }
    return json.dumps(answer, separators=(",", ":")).encode()


def refusal(status: int) -> bytes:
    """What the platform answers when no script runs."""
    if status == OUT_OF_SERVICE:
        return MAINTENANCE
    assert status == LIMIT_EXCEEDED
    error = {"code": "SSS_REQUEST_LIMIT_EXCEEDED", "message": "Concurrent request limit exceeded."}
    return json.dumps({"error": error}).encode()


async def serve(account: Account, journal: TextIO) -> None:
    """Serve until a signal stops it; prints the origin first."""
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopping.set)
    server = await loop.create_server(Stub(account, journal).connection, HOST, 0)
    port = server.sockets[0].getsockname()[1]
    print(f"http://{HOST}:{port}", flush=True)  # noqa: T201 - the process that started it reads this
    await stopping.wait()
    server.close()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.stub")
    parser.add_argument("--journal", type=Path, required=True)
    parser.add_argument("--cap", type=int, default=15)
    parser.add_argument("--latency", type=float, default=1.0, help="factor on all service times")
    parser.add_argument("--share", type=float, default=SHARE_OF_THE_OTHERS, help="of a further record")
    parser.add_argument("--faults", type=json.loads, default={}, help="see account.Faults, as JSON")
    chosen = parser.parse_args()
    faults = Faults.of_json(chosen.faults)
    account = Account(cap=chosen.cap, factor=chosen.latency, share=chosen.share, faults=faults)
    with chosen.journal.open("w", buffering=1) as journal:
        asyncio.run(serve(account, journal))


if __name__ == "__main__":
    main()
