"""Lago's REST API, as far as events lack something: a customer, and the payments of an invoice."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

import httpx
from cachetools import TLRUCache

from consumer.clock import Clock
from consumer.config.connection import Connection
from consumer.http_client.answer_limit import KIBIBYTE
from consumer.lago import listing
from consumer.lago.client import Absent, Body, LagoClient, Sleep
from consumer.lago.lookup_result import Answer, Failed, Found, Listed, LookUp, Missing

__all__ = ["Answer", "Failed", "Found", "LagoApi", "Listed", "LookUp", "Missing"]

FOUND_TTL_S = 300.0
MISSING_TTL_S = 30.0
CACHED_ANSWERS = 10_000
ORDINARY_ANSWER_BYTES = 4 * KIBIBYTE

_Kept = Found | Missing


class LagoApi:
    """
    What one Lago organisation knows of customers and payments.

    A customer is kept for a while, and who asks for one that is being asked for waits for that answer.
    Payments change, so they are asked for each time.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """
        Reveal the API key and prepare the HTTP client; nothing is sent yet.

        Args:
            connection: whose ``lago.api_url`` and ``lago.api_key`` to use.
            clock: says when an answer is too old and when the next request may go.
            transport: stands in for the network in tests.
            sleep: waits between requests.

        Raises:
            ConfigurationError: a setting or its secret is missing; it is named.
        """
        self._client = LagoClient(connection, clock=clock, transport=transport, sleep=sleep)
        self._flights: dict[str, asyncio.Future[Answer]] = {}
        self._cache: TLRUCache[str, _Kept] = TLRUCache(
            CACHED_ANSWERS, ttu=_goes_stale, timer=clock.monotonic_s, getsizeof=_size_of
        )

    async def customer(self, external_id: str) -> Answer:
        """The customer with that external id, or why it cannot be had; never raises for what Lago answers."""
        while True:
            known = self._cache.get(external_id)
            if known is not None:
                return known
            flight = self._flights.get(external_id)
            if flight is None:
                return await self._lead(external_id)
            await asyncio.wait([flight])
            # Who led may have been cancelled; then it is somebody else's turn.
            if not flight.cancelled():
                return flight.result()

    async def payments_of_invoice(self, lago_invoice_id: str) -> Listed | Failed:
        """
        All payments of an invoice in any state, those of payment requests that hold it among them.

        Source: lago-api ``concerns/payment_index.rb``, ``queries/payments_query.rb``.
        """
        params = {"invoice_id": lago_invoice_id}
        return await listing.rows(self._client, "payments", "payments", resource="payment", params=params)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def _lead(self, external_id: str) -> Answer:
        flight = self._flights[external_id] = asyncio.get_running_loop().create_future()
        try:
            answer = await self._ask(external_id)
            if isinstance(answer, Found | Missing):
                self._cache[external_id] = answer
            flight.set_result(answer)
        finally:
            del self._flights[external_id]
            flight.cancel()
        return answer

    async def _ask(self, external_id: str) -> Answer:
        reply = await self._client.get(f"customers/{quote(external_id, safe='')}", resource="customer")
        match reply:
            case Body(content={"customer": dict(customer)}, size_bytes=size_bytes):
                return Found(customer=customer, size_bytes=size_bytes)
            case Body():
                return self._client.misplaced()
            case Absent():
                return Missing(external_id=external_id)
            case Failed():
                return reply


def _size_of(answer: _Kept) -> int:
    """How many ordinary answers a kept one counts for: many large ones must not fill the memory."""
    return 1 + (answer.size_bytes // ORDINARY_ANSWER_BYTES if isinstance(answer, Found) else 0)


def _goes_stale(_: str, answer: _Kept, now_s: float) -> float:
    return now_s + (FOUND_TTL_S if isinstance(answer, Found) else MISSING_TTL_S)
