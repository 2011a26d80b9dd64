"""The sandbox on a port of this machine, and requests that its script understands."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from consumer.clock import FakeClock
from consumer.config.connection import Connection
from consumer.netsuite.client import Client, PingResult
from consumer.outcome import Outcome
from consumer.sandbox.netsuite import connection_abort
from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.http import create_app
from consumer.sandbox.netsuite.profile import Profile
from consumer.sandbox.netsuite.suitescript import runner
from schemas import wire

Auth = str | dict[str, Any]
"""A way to log in that the sandbox knows by name, or a block of settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """One emulated account over real HTTP; client and server look at the same clock."""

    http: httpx.Client
    clock: FakeClock
    credentials: dict[str, Any]

    @property
    def restlet_url(self) -> str:
        return self.credentials["restlet_url"]

    def connection(self, auth: Auth = "tba", **changes: Any) -> Connection:
        settings = {
            "code": "netsuite-eu",
            "account_id": self.credentials["account_id"],
            "environment": self.credentials["environment"],
            "restlet_url": self.restlet_url,
            "auth": self.credentials[auth] if isinstance(auth, str) else auth,
            "lago": {"organization_id": "org"},
        }
        return Connection.model_validate(settings | changes)

    def client(self, auth: Auth = "tba", **changes: Any) -> Client:
        return Client(self.connection(auth, **changes), clock=self.clock, sleep=no_sleep)

    async def write(self, request: wire.WriteRequest, auth: Auth = "tba", **changes: Any) -> Outcome:
        async with self.client(auth, **changes) as client:
            return await client.write(request)

    async def ping(self, auth: Auth = "tba", **changes: Any) -> PingResult:
        async with self.client(auth, **changes) as client:
            return await client.ping()

    def records(self, record_type: str = "customer") -> list[dict[str, Any]]:
        return self.http.get("/sandbox/records", params={"type": record_type}).json()

    def inject(self, kind: str, **more: Any) -> None:
        self.http.post("/sandbox/faults", json={"kind": kind} | more).raise_for_status()

    def last_reason(self) -> str | None:
        return self.http.get("/sandbox/audit").json()[-1]["reason"]

    def stats(self) -> dict[str, int]:
        return self.http.get("/sandbox/stats").json()


async def no_sleep(_: float) -> None:
    """Wait not at all between attempts."""


@contextmanager
def running(profile: Profile | None = None, call: Any = runner.call) -> Iterator[Sandbox]:
    """Serve an account from a thread until the block ends."""
    clock = FakeClock()
    account = Account.open(profile or Profile.load(), None, clock)
    with serving(account, clock, call) as sandbox:
        yield sandbox


@contextmanager
def serving(account: Account, clock: FakeClock, call: Any = runner.call) -> Iterator[Sandbox]:
    """Serve that account, which is closed at the end of the block."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = connection_abort.server(create_app(account, call=call))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with httpx.Client(base_url=url, trust_env=False) as http:
            credentials = http.get("/sandbox/credentials").json()
            yield Sandbox(http=http, clock=clock, credentials=credentials)
    finally:
        server.should_exit = True
        thread.join()
        account.close()


def customer(lago_id: str = "9a", request_id: str = "r1") -> wire.WriteRequest:
    """Ask for a customer."""
    columns = {
        "isperson": False,
        "subsidiary": "1",
        "currency": "2",
        "entityid": f"cus_{lago_id}",
        "autoname": False,
        "companyname": "Raviga Analytics GmbH",
        "custentity_lago_id": lago_id,
    }
    item = wire.WriteItem(
        ref="1",
        mode="create_or_get",
        external_id=f"lago-cus-{lago_id}",
        lago_id=lago_id,
        version="2026-07-31T09:00:00Z",
        fingerprint=f"sha256:{lago_id}",
        record={"type": "customer", "columns": columns, "lines": [], "options": {}},
    )
    return wire.WriteRequest(request_id=request_id, items=(item,))
