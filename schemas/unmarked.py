"""``op: unmarked``: transactions without Lago's marks that may be its documents, as rows of the ledger."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

MOST_AT_ONCE = 100
"""How many numbers of a type, and how many invoices, one call may name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmarkedQuestion:
    """
    The request; all that is found comes in one answer.

    Attributes:
        numbers: document numbers by record type, ``invoice`` or ``creditmemo``.
        paid: internal ids of invoices, whose payments are wanted.
    """

    numbers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    paid: Sequence[str] = ()

    def body(self) -> bytes:
        """The bytes that are posted."""
        asked = {"v": 1, "op": "unmarked", "numbers": dict(self.numbers), "paid": list(self.paid)}
        return json.dumps(asked, separators=(",", ":")).encode()
