"""
The emulated Lago over HTTP: its REST API below ``/api/v1``, and ``/sandbox`` to control and inspect it.

``/sandbox`` is not part of Lago: ``GET`` returns counts and the outbox, ``POST`` changes documents
(customers, bills, payments, credit notes, voids) or sets faults. A change returns the document as the API
shows it.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from consumer.sandbox.lago import (
    billing,
    crediting,
    disputes,
    serializers,
    settlement,
    voiding,
    wallets,
)
from consumer.sandbox.lago.invoices import Discounts
from consumer.sandbox.lago.listings import CachedCounts
from consumer.sandbox.lago.notation import Json
from consumer.sandbox.lago.organization import ImpossibleError, Organization
from consumer.sandbox.lago.rate_limit import RateLimit
from consumer.sandbox.lago.rest import Rest
from consumer.sandbox.lago.webhooks import Webhooks

API_KEY = "lago-sandbox-key"
_BUT_PAYMENTS = ("organization", "customer", "invoice", "credit_note")
LIMITED_KEYS = {"lago-sandbox-no-payments": dict.fromkeys(_BUT_PAYMENTS, ("read", "write"))}
DOCUMENTS = ("customers", "invoices", "credit_notes", "payments", "receipts")
ON_INVOICE: dict[str, Callable[[Organization, str], Json]] = {
    "finalizations": billing.finalize,
    "deletions": billing.delete,
    "disputes": disputes.lose,
    "regenerations": voiding.regenerate,
    "overdue": billing.mark_as_overdue,
    "paid_by_hand": billing.mark_as_paid,
}
"""Acts that need nothing but an ``invoice_id``, by their name below ``/sandbox``."""
_DISCOUNTS = frozenset(Discounts.__slots__)


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


@dataclass(slots=True, kw_only=True)
class LagoServer:
    """
    One organisation with its API and its webhooks.

    Attributes:
        webhooks: None without an endpoint; then announcements stay in the outbox.
    """

    organization: Organization
    rest: Rest
    webhooks: Webhooks | None = None

    @classmethod
    def of(
        cls,
        organization: Organization,
        *,
        monotonic_s: Callable[[], float] = time.monotonic,
        api_key: str = API_KEY,
    ) -> LagoServer:
        """A server without an endpoint for webhooks, with this key for everything and `LIMITED_KEYS`."""
        rest = Rest(
            organization=organization,
            limit=RateLimit(monotonic_s=monotonic_s),
            counts=CachedCounts(monotonic_s=monotonic_s),
            keys={**LIMITED_KEYS, api_key: None},
        )
        return cls(organization=organization, rest=rest)

    def app(self) -> Starlette:
        """The ASGI application."""
        self.rest.announce = self._announce
        acts: dict[str, Callable[[Json], Awaitable[Json] | Json]] = {
            "customers": self._customer,
            "customers/delete": self._delete_customer,
            "invoices": self._bill,
            "payments": self._pay,
            "payment_failures": self._refuse_payment,
            "credit_notes": self._credit,
            "refunds": self._refund,
            "refund_failures": self._refuse_refund,
            "voids": self._void,
            "wallets": self._wallet,
            "faults": self._fault,
            **{name: self._on_invoice(act) for name, act in ON_INVOICE.items()},
        }
        console = [
            Route(f"/sandbox/{name}", self._acting(act), methods=["POST"]) for name, act in acts.items()
        ]
        look = Route("/sandbox", self._state, methods=["GET"])
        return Starlette(routes=[*self.rest.routes(), look, *console])

    def _acting(self, act: Callable[[Json], Any]) -> Callable[[Request], Awaitable[Response]]:
        async def acting(request: Request) -> Response:
            # A web page of another origin may post plain text without a preflight request, but not JSON.
            if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
                return JSONResponse({"error": "send application/json"}, status_code=415)
            try:
                answer = act(dict(await request.json()))
            except (ImpossibleError, KeyError, TypeError, ValueError) as error:
                return JSONResponse({"error": f"{type(error).__name__}: {error}"}, status_code=422)
            await self._announce()
            return JSONResponse(answer, status_code=201)

        return acting

    def _on_invoice(self, act: Callable[[Organization, str], Json]) -> Callable[[Json], Json]:
        def acting(sent: Json) -> Json:
            return serializers.shown_invoice(self.organization, act(self.organization, sent["invoice_id"]))

        return acting

    async def _announce(self) -> None:
        if self.webhooks is not None:
            await self.webhooks.drain()

    async def _state(self, _: Request) -> Response:
        mine, rest = self.organization, self.rest
        documents = {name: len(getattr(mine, name)) for name in DOCUMENTS}
        webhooks = self.webhooks
        return JSONResponse(
            {
                "organization_id": mine.lago_id,
                "documents": documents,
                "outbox": [each.webhook_type for each in mine.outbox],
                "webhooks_delivered": webhooks.delivered if webhooks else 0,
                "webhooks_lost": [each.webhook_type for each in webhooks.lost] if webhooks else [],
                "requests": rest.requests,
                "largest_requests_per_s": rest.limit.largest,
            }
        )

    def _customer(self, sent: Json) -> Json:
        stored = self.organization.upsert_customer(sent.pop("external_id"), **sent)
        return serializers.customer(self.organization, stored)

    def _delete_customer(self, sent: Json) -> Json:
        self.organization.delete_customer(sent["external_id"])
        return {"deleted": sent["external_id"]}

    def _bill(self, sent: Json) -> Json:
        discounts = Discounts(**{name: sent.pop(name) for name in _DISCOUNTS & sent.keys()})
        external_id, sold = sent.pop("external_customer_id"), sent.pop("fees")
        stored = billing.bill(self.organization, external_id, sold, discounts=discounts, **sent)
        return serializers.shown_invoice(self.organization, stored)

    def _pay(self, sent: Json) -> Json:
        how = sent.pop("how", "manual")
        if "payment_request_id" in sent:
            return settlement.pay_request(self.organization, sent.pop("payment_request_id"), how=how, **sent)
        return settlement.pay(self.organization, sent.pop("invoice_ids"), how=how, **sent)

    def _refuse_payment(self, sent: Json) -> Json:
        return settlement.refuse_request(self.organization, sent.pop("payment_request_id"), **sent)

    def _credit(self, sent: Json) -> Json:
        share = Decimal(str(sent.pop("share", "1")))
        stored = crediting.credit(self.organization, sent.pop("invoice_id"), share=share, **sent)
        return serializers.credit_note(self.organization, stored)

    def _refund(self, sent: Json) -> Json:
        stored = crediting.refund_succeeded(self.organization, sent["credit_note_id"])
        return serializers.credit_note(self.organization, stored)

    def _refuse_refund(self, sent: Json) -> Json:
        stored = crediting.refund_failed(self.organization, sent.pop("credit_note_id"), **sent)
        return serializers.credit_note(self.organization, stored)

    def _void(self, sent: Json) -> Json:
        lago_id = sent["invoice_id"]
        if not sent.get("generate_credit_note"):
            return serializers.shown_invoice(self.organization, billing.void(self.organization, lago_id))
        share, to = Decimal(str(sent.get("share", "1"))), sent.get("to", "credit")
        stored = voiding.void_with_note(self.organization, lago_id, share=share, to=to)
        return serializers.shown_invoice(self.organization, stored)

    def _wallet(self, sent: Json) -> Json:
        stored = wallets.open_wallet(self.organization, sent.pop("external_customer_id"), **sent)
        return serializers.shown_wallet(self.organization, stored)

    def _fault(self, sent: Json) -> Json:
        """Set faults: ``status`` of all responses, ``lose`` (number of webhooks), ``requests_per_s``."""
        if "status" in sent:
            self.rest.failing = sent["status"]
        if "requests_per_s" in sent:
            self.rest.limit.requests_per_s = sent["requests_per_s"]
        if "issues_receipts" in sent:
            self.organization.issues_receipts = bool(sent["issues_receipts"])
        if "is_premium" in sent:
            self.organization.is_premium = bool(sent["is_premium"])
        if self.webhooks is not None:
            self.webhooks.to_lose += int(sent.get("lose", 0))
        return sent
