"""Lago's REST API for data that events do not contain: a customer, and the payments of an invoice."""

from __future__ import annotations

import asyncio
from typing import Unpack
from urllib.parse import quote

from cachetools import TLRUCache

from consumer.clock import Clock
from consumer.config.connection import Connection
from consumer.http_client.answer_limit import KIBIBYTE
from consumer.lago import listing
from consumer.lago.client import LagoClient, NetworkOptions
from consumer.lago.lookup_result import Failed, Found, Listed, LookUp, LookupResult, Missing
from consumer.lago.reply import Absent, Body

__all__ = ["Failed", "Found", "LagoApi", "Listed", "LookUp", "LookupResult", "Missing"]

FOUND_TTL_S = 300.0
MISSING_TTL_S = 30.0
CACHED_ANSWERS = 10_000
ORDINARY_ANSWER_BYTES = 4 * KIBIBYTE

_Kept = Found | Missing


class LagoApi:
    """
    Customers and payments of one Lago organisation.

    Customers are cached: a found one for `FOUND_TTL_S`, a missing one for `MISSING_TTL_S`; concurrent lookups
    of one customer share one request. Payments change, so they are requested each time.
    """

    def __init__(self, connection: Connection, *, clock: Clock, **network: Unpack[NetworkOptions]) -> None:
        """
        Prepare a `LagoClient` and an empty cache; `clock` is for the expiry of customers too.

        Raises:
            ConfigurationError: a setting or its secret is missing; the message names it.
        """
        self._client = LagoClient(connection, clock=clock, **network)
        self._flights: dict[str, asyncio.Future[LookupResult]] = {}
        self._cache: TLRUCache[str, _Kept] = TLRUCache(
            CACHED_ANSWERS, ttu=_goes_stale, timer=clock.monotonic_s, getsizeof=_size_of
        )

    async def customer(self, external_id: str) -> LookupResult:
        """
        The customer with that external id, or why it is not available; never raises for Lago's responses.
        """
        while True:
            known = self._cache.get(external_id)
            if known is not None:
                return known
            flight = self._flights.get(external_id)
            if flight is None:
                return await self._lead(external_id)
            await asyncio.wait([flight])
            # The task that sent the request may have been cancelled; then this one sends it.
            if not flight.cancelled():
                return flight.result()

    async def payments_of_invoice(self, lago_invoice_id: str) -> Listed | Failed:
        """
        All payments of an invoice in any state, including those of payment requests that contain it.

        Source: lago-api ``concerns/payment_index.rb``, ``queries/payments_query.rb``.
        """
        params = {"invoice_id": lago_invoice_id}
        return await listing.rows(self._client, "payments", "payments", resource="payment", params=params)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()

    async def _lead(self, external_id: str) -> LookupResult:
        flight = self._flights[external_id] = asyncio.get_running_loop().create_future()
        try:
            result = await self._ask(external_id)
            if isinstance(result, Found | Missing):
                self._cache[external_id] = result
            flight.set_result(result)
        finally:
            del self._flights[external_id]
            flight.cancel()
        return result

    async def _ask(self, external_id: str) -> LookupResult:
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


def _size_of(result: _Kept) -> int:
    """The size of a cached response in units of `ORDINARY_ANSWER_BYTES`, which limits the cache's memory."""
    return 1 + (result.size_bytes // ORDINARY_ANSWER_BYTES if isinstance(result, Found) else 0)


def _goes_stale(_: str, result: _Kept, now_s: float) -> float:
    return now_s + (FOUND_TTL_S if isinstance(result, Found) else MISSING_TTL_S)
