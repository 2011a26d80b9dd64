"""``op: unmarked``: transactions without Lago's marks that may be its documents, as rows of the ledger."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MOST_AT_ONCE = 100
"""How many numbers of a type, and how many invoices, one call may name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomersAsked:
    """
    Customers with or without Lago's marks, at most `MOST_AT_ONCE` of each kind of key.

    Attributes:
        ids: internal ids.
        numbers: entity ids, which are Lago's external ids where a connector wrote them.
        names: company names.
    """

    ids: Sequence[str] = ()
    numbers: Sequence[str] = ()
    names: Sequence[str] = ()

    def as_json(self) -> dict[str, list[str]]:
        """The JSON of the request."""
        return {"ids": list(self.ids), "numbers": list(self.numbers), "names": list(self.names)}


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmarkedQuestion:
    """
    The request; all that is found comes in one answer.

    Attributes:
        numbers: document numbers by record type, ``invoice`` or ``creditmemo``.
        paid: internal ids of invoices, whose payments are wanted.
        customers: which customers are wanted, as rows of `schemas.ledger.LedgerPage.customers`.
    """

    numbers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    paid: Sequence[str] = ()
    customers: CustomersAsked | None = None

    def body(self) -> bytes:
        """The bytes that are posted."""
        asked: dict[str, Any] = {"numbers": dict(self.numbers), "paid": list(self.paid)}
        if self.customers is not None:
            asked["customers"] = self.customers.as_json()
        return json.dumps({"v": 1, "op": "unmarked", **asked}, separators=(",", ":")).encode()
