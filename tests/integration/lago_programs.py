"""The emulated Lago and ingest as processes beside a worker: from webhook to books."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from consumer.commands.sandbox_lago_keys import HMAC_KEY
from consumer.config.settings import env_name
from consumer.sandbox.broker import free_port
from consumer.sandbox.lago.http import API_KEY
from tests.integration import running_programs

USAGE = {"kind": "charge", "code": "api_calls", "units": "1", "unit_price": "100"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lago:
    """A Lago of our own."""

    origin: str
    organization_id: str
    http: httpx.Client = field(repr=False)

    @property
    def settings(self) -> dict[str, Any]:
        """The section ``lago`` of a connection to it."""
        return {
            "organization_id": self.organization_id,
            "organization_slug": "acme",
            "api_url": self.origin,
            "api_key": API_KEY,
            "webhook_hmac_key": HMAC_KEY,
        }

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(f"{self.origin}/sandbox").raise_for_status().json()
        return found

    def get(self, path: str) -> dict[str, Any]:
        headers = {"authorization": f"Bearer {API_KEY}"}
        response = self.http.get(f"{self.origin}/api/v1/{path}", headers=headers).raise_for_status()
        found: dict[str, Any] = response.json()
        return found

    def act(self, what: str, **sent: Any) -> dict[str, Any]:
        response = self.http.post(f"{self.origin}/sandbox/{what}", json=sent)
        assert response.status_code == 201, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def bill(self, external_id: str = "acme", **changes: Any) -> dict[str, Any]:
        sent = {"external_customer_id": external_id, "fees": [USAGE]} | changes
        return self.act("invoices", **sent)


@contextmanager
def lago(folder: Path, *, webhooks: str, copies: int = 0) -> Iterator[Lago]:
    """A Lago that posts its webhooks there, with that many copies of `tests.bench.books.Block`."""
    if copies:
        module, arguments = "tests.bench.lago_process", [str(copies), "--webhooks", webhooks]
    else:
        module, arguments = "consumer", ["sandbox", "lago", "--port", "0", "--webhooks", webhooks]
    log_file = folder / "lago.log"
    with (
        running_programs.running(arguments, log_file, {}, module=module),
        httpx.Client(trust_env=False, timeout=30) as http,
    ):
        running_programs.until(lambda: "at http" in log_file.read_text(), because=log_file.read_text)
        found = running_programs.ORIGIN.search(log_file.read_text())
        assert found is not None
        organization_id = http.get(f"{found[0]}/sandbox").json()["organization_id"]
        yield Lago(origin=found[0], organization_id=organization_id, http=http)


@contextmanager
def ingest(folder: Path, environment: dict[str, str], *, port: int) -> Iterator[None]:
    """Ingest on that port, ready for webhooks."""
    ops_port, log_file = free_port(), folder / "ingest.log"
    own = {
        env_name("ingest_host"): "127.0.0.1",
        env_name("ingest_port"): str(port),
        env_name("ingest_stop_delay_s"): "0",
        env_name("ops_host"): "127.0.0.1",
        env_name("ops_port"): str(ops_port),
    }
    with running_programs.running(["ingest"], log_file, environment | own):
        running_programs.until(lambda: _is_ready(ops_port), because=log_file.read_text)
        yield


@contextmanager
def relay(folder: Path, environment: dict[str, str]) -> Iterator[None]:
    """A relay of these connections."""
    ops_port, log_file = free_port(), folder / "relay.log"
    own = {env_name("ops_host"): "127.0.0.1", env_name("ops_port"): str(ops_port)}
    with running_programs.running(["relay"], log_file, environment | own):
        running_programs.until(lambda: _is_ready(ops_port), because=log_file.read_text)
        yield


def _is_ready(ops_port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{ops_port}/readyz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
