"""
Applications of payments and credit memos to invoices, and the invoices' amounts due.

A refund is applied to the credit memo or payment whose open amount it refunds.
"""

from __future__ import annotations

import json
import sqlite3
from decimal import Decimal
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS application (
  source INTEGER NOT NULL, target INTEGER NOT NULL, amount TEXT NOT NULL, PRIMARY KEY (source, target));
CREATE INDEX IF NOT EXISTS by_target ON application (target);
"""
OPEN, PAID, VOIDED = "A", "B", "V"
"""The suffixes of the statuses of invoices and credit memos: ``CustInvc:A``."""


class TakenError(Exception):
    """The amount due of an invoice is less than the amount to apply."""


class OpenItems:
    """Applications of one account. The caller holds the lock and the database transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def apply(self, source: int, lines: list[dict[str, Any]]) -> list[int]:
        """
        Replace all applications of `source` by those in its apply lines; the ids of what this changes.

        Raises:
            TakenError: the amount due of an invoice is less than its application.
        """
        before = self._amounts(source)
        after = {int(line["doc"]): Decimal(line["amount"]) for line in lines}
        if before == after:
            return []
        self._connection.execute("DELETE FROM application WHERE source = ?", (source,))
        rows = [(source, target, f"{amount:f}") for target, amount in after.items()]
        self._connection.executemany("INSERT INTO application VALUES (?, ?, ?)", rows)
        targets = sorted({*before, *after})
        for target in targets:
            self._refresh(target)
        return targets

    def settled(self, target: int) -> Decimal:
        """The settled amount of an invoice, or the refunded amount of a credit memo or payment."""
        return sum((amount for _, amount in self.settling(target)), Decimal(0))

    def settling(self, target: int) -> list[tuple[int, Decimal]]:
        """Internal ids and amounts of the payments, credit memos and refunds applied to a transaction."""
        rows = self._connection.execute("SELECT source, amount FROM application WHERE target = ?", (target,))
        return [(row["source"], Decimal(row["amount"])) for row in rows.fetchall()]

    def is_applied(self, source: int) -> bool:
        """Whether a payment or credit memo is applied to an invoice."""
        return bool(self._amounts(source))

    def _amounts(self, source: int) -> dict[int, Decimal]:
        rows = self._connection.execute("SELECT target, amount FROM application WHERE source = ?", (source,))
        return {row["target"]: Decimal(row["amount"]) for row in rows.fetchall()}

    def _refresh(self, target: int) -> None:
        # Its payment saves the invoice too: a call that has loaded it before now has a stale version.
        query = "SELECT type, fields FROM record WHERE grp = 'transaction' AND id = ?"
        row = self._connection.execute(query, (target,)).fetchone()
        if row is None:
            raise TakenError
        fields = json.loads(row["fields"])
        used = self.settled(target) + sum(self._amounts(target).values(), Decimal(0))
        left = Decimal(fields.get("total", "0")) - used
        if left < 0:
            raise TakenError
        changed = fields | _amounts_of(row["type"], used, left)
        self._connection.execute(
            "UPDATE record SET fields = ?, version = version + 1 WHERE grp = 'transaction' AND id = ?",
            (json.dumps(changed), target),
        )


def _amounts_of(record_type: str, used: Decimal, left: Decimal) -> dict[str, str]:
    """The change by a refund on a credit memo or payment, or by a payment on an invoice."""
    shown = {"amountremaining": f"{left:f}"}
    if record_type == "invoice":
        return shown | {"status": f"CustInvc:{OPEN if left else PAID}"}
    status = {"status": f"CustCred:{OPEN if left else PAID}"} if record_type == "creditmemo" else {}
    return shown | {"applied": f"{used:f}", "unapplied": f"{left:f}"} | status
