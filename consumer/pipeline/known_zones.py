"""
The time zones that invoices and customers have named, remembered for the payments that name none.

Payment events carry ids of a customer and of invoices and no zone (getlago/lago-api
``V1::PaymentSerializer``), yet half past midnight in Auckland is another day, and maybe another month, than
the same moment in UTC. What wins, first to last: the customer in the event (where Lago's answer is put when
an API key is set); ``applicable_timezone`` of the payment; the zone of one of its invoices; that of its
customer; the connection's ``time_zone``.

The memory is a worker's own and bounded: a payment whose invoice and customer this process has not seen, for
instance the first after a restart, is dated in the connection's zone.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import structs

from schemas.envelope import Envelope, Undecodable

MAX_ZONES = 20_000
"""How many invoices, and how many customers, are remembered; those seen longest ago are forgotten first."""

_ZONE = "applicable_timezone"
_PAYMENTS = frozenset(("payment", "payment_receipt"))

Json = Mapping[str, Any]


class KnownZones:
    """Zones by Lago's ids, of invoices and of customers."""

    def __init__(self, max_zones: int = MAX_ZONES) -> None:
        """Begin with none."""
        self._of_invoice = _Recent(max_zones)
        self._of_customer = _Recent(max_zones)

    def completed(self, event: Envelope | Undecodable) -> Envelope | Undecodable:
        """The event; a payment with the zone it does not name. The zone of any other is kept in mind."""
        if isinstance(event, Undecodable):
            return event
        if event.object_type in _PAYMENTS:
            return self._with_zone(event)
        self._learn(event)
        return event

    def _learn(self, event: Envelope) -> None:
        named = event.object if event.object_type == "customer" else _member(event.object, "customer")
        zone = _text(named, _ZONE) or _text(named, "timezone")
        if not zone:
            return
        self._of_customer.put(_text(named, "lago_id"), zone)
        if event.object_type == "invoice":
            self._of_invoice.put(_text(event.object, "lago_id"), zone)

    def _with_zone(self, event: Envelope) -> Envelope:
        receipt = event.object_type == "payment_receipt"
        payment = _member(event.object, "payment") if receipt else event.object
        zone = None if not payment or payment.get(_ZONE) else self._zone_of(payment)
        if zone is None:
            return event
        dated = {**payment, _ZONE: zone}
        return structs.replace(event, object={**event.object, "payment": dated} if receipt else dated)

    def _zone_of(self, payment: Json) -> str | None:
        invoices = payment.get("invoice_ids")
        ids = invoices if isinstance(invoices, list) else ()
        return self._of_invoice.first(ids) or self._of_customer.first([payment.get("lago_customer_id")])


class _Recent:
    """A bounded map, from ids to zones, of what was used last."""

    def __init__(self, max_entries: int) -> None:
        self._max_entries = max_entries
        self._zones: OrderedDict[str, str] = OrderedDict()

    def put(self, key: str | None, zone: str) -> None:
        if not key:
            return
        self._zones[key] = zone
        self._zones.move_to_end(key)
        if len(self._zones) > self._max_entries:
            self._zones.popitem(last=False)

    def first(self, keys: Iterable[Any]) -> str | None:
        for key in keys:
            if isinstance(key, str) and key in self._zones:
                self._zones.move_to_end(key)
                return self._zones[key]
        return None


def _member(content: Json, name: str) -> Json:
    found = content.get(name)
    return found if isinstance(found, dict) else {}


def _text(content: Json, name: str) -> str | None:
    found = content.get(name)
    return found if isinstance(found, str) else None
