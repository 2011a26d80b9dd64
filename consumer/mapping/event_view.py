"""The Lago object of an event as received, with all its members, for expressions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from consumer.config.expression import Scope

Json = Mapping[str, Any]


class Origin:
    """
    The variables of expressions: ``event``, ``customer`` and the fee of each line.

    `event` is the Lago object. For a payment receipt it has the members of the receipt and of its payment, so
    that one expression works for both types of payment events.
    """

    def __init__(self, event: Json | None = None, *, is_customer: bool = False) -> None:
        """Make it from the object of an event; in a customer event the object is the customer too."""
        payment = _object(event, "payment")
        self.event: Json = {**(event or {}), **payment} if payment else event or {}
        self.customer: Json | None = self.event if is_customer else _object(self.event, "customer")

    @cached_property
    def scope(self) -> Scope:
        """The scope of expressions; lines add their fee."""
        return Scope(event=self.event, customer=self.customer)

    def fee(self, lago_id: str) -> Json:
        """The fee with that id; empty when there is none."""
        return self._fees.get(lago_id, {})

    def like_a_fee(self, **members: Any) -> Json:
        """The ``fee`` of a line without a fee: the given members, all others null."""
        empty = {name: None for fee in self._fees.values() for name in fee}
        return empty | {"from_day": None, "to_day": None} | members

    @cached_property
    def _fees(self) -> dict[str, Json]:
        return {str(fee.get("lago_id")): fee for fee in self._all_fees()}

    def _all_fees(self) -> Iterator[Json]:
        for fee in self.event.get("fees") or ():
            yield fee
        for item in self.event.get("items") or ():
            if (fee := _object(item, "fee")) is not None:
                yield fee


def _object(content: Json | None, key: str) -> Json | None:
    found = content.get(key) if content else None
    return found if isinstance(found, dict) else None
