"""
Lago webhook bodies for the demo, with every field that Lago serialises.

Decimals are strings with a point, amounts integers of the subunit, rates JSON numbers (getlago/lago-api
``app/serializers/v1``); the text escapes ``<``, ``>`` and ``&`` as ActiveSupport does. Values that all
objects of a kind share are in `skeletons.json`.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from consumer.demo.customers import CONNECTION, FRONT_URL, ORGANIZATION_SLUG, Member
from consumer.demo.invoice_amounts import Bill, Fee, Invoice, Levy, rounded
from consumer.demo.notation import instant, number, offset_instant, units
from consumer.mapping import money

Json = dict[str, Any]
SKELETONS: dict[str, Json] = json.loads(
    Path(__file__).with_name("skeletons.json").read_text(encoding="utf-8")
)
SUBSCRIBED = frozenset({"subscription", "charge", "commitment", "fixed_charge"})
ITEM_TYPES = {
    "charge": "BillableMetric",
    "add_on": "AddOn",
    "fixed_charge": "AddOn",
    "credit": "WalletTransaction",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bodies:
    """Makes bodies whose ids depend only on `namespace`."""

    namespace: uuid.UUID
    organization_id: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "organization_id", self.id("organization"))

    def id(self, *parts: str) -> str:
        """The UUID of the object with this name; the same parts give the same UUID."""
        return str(uuid.uuid5(self.namespace, "/".join(parts)))

    def event(self, webhook_type: str, object_type: str, content: Json) -> bytes:
        """The bytes of a webhook."""
        head = {"webhook_type": webhook_type, "object_type": object_type}
        body = head | {"organization_id": self.organization_id, object_type: content}
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e").encode()

    def customer(self, member: Member, updated_at: datetime, **changes: Any) -> Json:
        """The customer object as documents embed it, without ``integration_customers``."""
        first, last = member.person or (None, None)
        place = {"city": member.city, "zipcode": member.zipcode, "country": member.country}
        depot = {"address_line1": "Lagerhaus 7", **place} if member.ships_elsewhere else {}
        skeleton = SKELETONS["customer"]
        return {
            **skeleton,
            "lago_id": self.id("customer", member.external_id),
            "billing_entity_code": member.entity,
            "external_id": member.external_id,
            "name": member.name,
            "firstname": first,
            "lastname": last,
            "customer_type": "individual" if member.person else "company",
            "slug": member.slug,
            "updated_at": instant(updated_at),
            "address_line1": member.street,
            **place,
            "email": f"ap@{member.handle}.example,billing@{member.handle}.example",
            "url": f"https://{member.handle}.example",
            "legal_name": member.name,
            "currency": member.currency,
            "timezone": member.zone,
            "applicable_timezone": member.zone,
            "shipping_address": skeleton["shipping_address"] | depot,
            **changes,
        }

    def link(self, netsuite_id: str) -> Json:
        """The ``integration_customers`` entry for a customer that exists in NetSuite, by its internal id."""
        return {
            "lago_id": self.id("link", netsuite_id),
            "external_customer_id": netsuite_id,
            "type": "netsuite",
            "integration_code": CONNECTION,
            "sync_with_provider": False,
            "subsidiary_id": "1",
        }

    def invoice(self, invoice: Invoice) -> Json:
        """The invoice object with all fields of ``invoice.created``."""
        lago_id, owner = self.id("invoice", invoice.number), self.id("customer", invoice.member.external_id)
        is_subscribed = any(fee.sale.kind in SUBSCRIBED for fee in invoice.bill.fees)
        return {
            **SKELETONS["invoice"],
            "lago_id": lago_id,
            "billing_entity_code": invoice.member.entity,
            "sequential_id": int(invoice.number.rpartition("-")[2]),
            "number": invoice.number,
            "issuing_date": invoice.issued.isoformat(),
            "payment_due_date": (invoice.issued + timedelta(days=30)).isoformat(),
            "invoice_type": invoice.kind,
            "status": invoice.status,
            "currency": invoice.bill.currency,
            **_amounts(invoice.bill),
            "web_url": f"{FRONT_URL}/{ORGANIZATION_SLUG}/customer/{owner}/invoice/{lago_id}/overview",
            "self_billed": invoice.self_billed,
            "created_at": instant(invoice.made_at),
            "updated_at": instant(invoice.made_at + timedelta(seconds=5)),
            "customer": self.customer(invoice.member, invoice.made_at),
            "subscriptions": [self._subscription(invoice.member)] if is_subscribed else [],
            "billing_periods": [self._period(invoice)] if is_subscribed else [],
            "fees": [self._fee(invoice, fee, place) for place, fee in enumerate(invoice.bill.fees)],
            "credits": list(self._credits(invoice)),
            "applied_taxes": [self._applied(invoice, levy) for levy in invoice.bill.levies],
        }

    def _subscription(self, member: Member) -> Json:
        return {
            **SKELETONS["subscription"],
            **self._of_subscription(member),
            "lago_id": self.id("subscription", member.external_id),
            "external_id": f"sub_{member.handle}",
            "plan_code": member.plan,
            "plan_amount_currency": member.currency,
        }

    def _of_subscription(self, member: Member) -> Json:
        customer_id = self.id("customer", member.external_id)
        return {"lago_customer_id": customer_id, "external_customer_id": member.external_id}

    def _period(self, invoice: Invoice) -> Json:
        start, end = invoice.bounds
        ends = {"from_datetime": instant(start), "to_datetime": instant(end)}
        kinds = ("subscription", "charges", "fixed_charges")
        return {
            "lago_subscription_id": self.id("subscription", invoice.member.external_id),
            "external_subscription_id": f"sub_{invoice.member.handle}",
            "lago_plan_id": self.id("plan", invoice.member.plan),
            **{f"{kind}_{name}": value for kind in kinds for name, value in ends.items()},
            "invoicing_reason": "subscription_periodic",
        }

    def _fee(self, invoice: Invoice, fee: Fee, place: int) -> Json:
        kind, code = fee.sale.kind, fee.sale.code
        skeleton = SKELETONS["fee"]
        body = {
            **skeleton,
            "lago_id": self.id("fee", invoice.number, str(place)),
            "lago_charge_id": self.id("charge", code) if kind == "charge" else None,
            "lago_fixed_charge_id": self.id("fixed_charge", code) if kind == "fixed_charge" else None,
            "lago_invoice_id": self.id("invoice", invoice.number),
            **(self._fee_subscription(invoice.member) if kind in SUBSCRIBED else {}),
            "item": skeleton["item"] | self._sold(invoice.member, fee),
            **_fee_amounts(fee, invoice.bill.currency),
            "events_count": 118 if kind == "charge" else None,
            "created_at": instant(invoice.made_at + timedelta(seconds=place // 3)),
            "self_billed": invoice.self_billed,
        }
        if kind in {"commitment", "credit"}:
            return body
        start, end = invoice.bounds
        return body | {"from_date": offset_instant(start), "to_date": offset_instant(end)}

    def _fee_subscription(self, member: Member) -> Json:
        own = {"lago_subscription_id": self.id("subscription", member.external_id)}
        return own | {"external_subscription_id": f"sub_{member.handle}"} | self._of_subscription(member)

    def _sold(self, member: Member, fee: Fee) -> Json:
        sale = fee.sale
        is_plan = sale.kind in {"subscription", "commitment"}
        lago_id = self.id("subscription", member.external_id) if is_plan else self.id("item", sale.code)
        names = {"type": sale.kind, "code": sale.code, "name": sale.name, "invoice_display_name": sale.name}
        return names | {"lago_item_id": lago_id, "item_type": ITEM_TYPES.get(sale.kind, "Subscription")}

    def _credits(self, invoice: Invoice) -> Iterator[Json]:
        bill = invoice.bill
        progressive = ("invoice", invoice.progressive_of, invoice.progressive_of, bill.progressive_cents)
        coupon = ("coupon", "launch_partner", invoice.coupon, bill.coupon_cents)
        for kind, code, name, cents in (progressive, coupon):
            item = {"lago_item_id": self.id(kind, str(name)), "type": kind, "code": code, "name": name}
            if cents:
                yield {
                    "lago_id": self.id("credit", invoice.number, kind),
                    "amount_cents": cents,
                    "amount_currency": bill.currency,
                    "before_taxes": True,
                    "item": item | {"description": None},
                    "invoice": {"lago_id": self.id("invoice", invoice.number), "payment_status": "pending"},
                }

    def _applied(self, invoice: Invoice, levy: Levy) -> Json:
        return {
            "lago_id": self.id("applied_tax", invoice.number, levy.tax.code),
            "lago_invoice_id": self.id("invoice", invoice.number),
            "lago_tax_id": self.id("tax", levy.tax.code),
            "tax_name": levy.tax.name,
            "tax_code": levy.tax.code,
            "tax_rate": number(levy.tax.rate),
            "tax_description": None,
            "amount_cents": levy.cents,
            "amount_currency": invoice.bill.currency,
            "fees_amount_cents": levy.base_cents,
            "created_at": instant(invoice.made_at),
        }


def _amounts(bill: Bill) -> Json:
    return {
        "fees_amount_cents": bill.fees_cents,
        "taxes_amount_cents": bill.tax_cents,
        "progressive_billing_credit_amount_cents": bill.progressive_cents,
        "coupons_amount_cents": bill.coupon_cents,
        "sub_total_excluding_taxes_amount_cents": bill.subtotal_cents,
        "sub_total_including_taxes_amount_cents": bill.subtotal_cents + bill.tax_cents,
        "total_amount_cents": bill.total_cents,
        "total_due_amount_cents": bill.total_cents,
        "prepaid_credit_amount_cents": bill.prepaid_cents,
        "prepaid_purchased_credit_amount_cents": bill.prepaid_cents,
    }


def _fee_amounts(fee: Fee, currency: str) -> Json:
    tax_cents = rounded(fee.tax_exact)
    return {
        "amount_cents": fee.cents,
        "amount_currency": currency,
        "precise_amount": money.plain(fee.sale.units * fee.sale.unit_amount),
        "precise_total_amount": units(fee.cents + fee.tax_exact, currency),
        "taxes_amount_cents": tax_cents,
        "taxes_precise_amount": units(fee.tax_exact, currency),
        "taxes_rate": number(fee.rate),
        "total_amount_cents": fee.cents + tax_cents,
        "total_amount_currency": currency,
        "units": money.plain(fee.sale.units),
        "precise_unit_amount": money.plain(fee.sale.unit_amount),
        "precise_coupons_amount_cents": money.plain(fee.discount),
        "sub_total_excluding_taxes_amount_cents": rounded(fee.base),
        "sub_total_excluding_taxes_precise_amount_cents": money.plain(fee.base),
    }
