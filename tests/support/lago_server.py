"""An emulated Lago over HTTP, with a clock that stands still."""

import asyncio
from datetime import UTC, datetime

import httpx

from consumer.sandbox.lago.http import API_KEY, LagoServer
from consumer.sandbox.lago.organization import Organization

USAGE = {"kind": "charge", "code": "api_calls", "units": "3", "unit_price": "1.10", "tax_rate": 19}


class Lago:
    """A server with a clock that stands still."""

    def __init__(self):
        self.now = datetime(2026, 8, 1, 0, 5, tzinfo=UTC)
        self.seconds = 1_000.0
        organization = Organization(now=lambda: self.now)
        self.server = LagoServer.of(organization, monotonic_s=lambda: self.seconds)
        self.app = self.server.app()

    def request(self, method, path, **more):
        async def one():
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://lago") as client:
                return await client.request(method, path, **more)

        return asyncio.run(one())

    def act(self, what, **sent):
        response = self.request("POST", f"/sandbox/{what}", json=sent)
        assert response.status_code == 201, response.text
        return response.json()

    def get(self, path, key=API_KEY, **params):
        headers = {"authorization": f"Bearer {key}"}
        return self.request("GET", f"/api/v1/{path}", params=params, headers=headers)

    def send(self, method, path, content):
        headers = {"authorization": f"Bearer {API_KEY}"}
        return self.request(method, f"/api/v1/{path}", json=content, headers=headers)

    def customer(self, external_id="acme", **changes):
        return self.act("customers", external_id=external_id, **changes)

    def bill(self, external_id="acme", **changes):
        return self.act("invoices", external_customer_id=external_id, **({"fees": [USAGE]} | changes))

    @property
    def outbox(self):
        return self.request("GET", "/sandbox").json()["outbox"]
