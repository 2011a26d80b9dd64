"""Which transactions settle which: payments and credit memos applied to invoices, and what stays due."""

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
"""How the statuses of invoices and credit memos end: ``CustInvc:A``."""


class TakenError(Exception):
    """An invoice has become due for less than what is to be applied to it."""


class OpenItems:
    """Applications of one account. Its caller holds the lock and the database transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def apply(self, source: int, lines: list[dict[str, Any]]) -> None:
        """
        Let `source` settle what its apply lines say and nothing else.

        Raises:
            TakenError: an invoice is not due for that much any more.
        """
        before = self._amounts(source)
        after = {int(line["doc"]): Decimal(line["amount"]) for line in lines}
        if before == after:
            return
        self._connection.execute("DELETE FROM application WHERE source = ?", (source,))
        rows = [(source, target, f"{amount:f}") for target, amount in after.items()]
        self._connection.executemany("INSERT INTO application VALUES (?, ?, ?)", rows)
        for target in sorted({*before, *after}):
            self._refresh(target)

    def settled(self, target: int) -> Decimal:
        """How much of an invoice is settled."""
        return sum((amount for _, amount in self.settling(target)), Decimal(0))

    def settling(self, target: int) -> list[tuple[int, Decimal]]:
        """What settles an invoice, by internal id and amount."""
        rows = self._connection.execute("SELECT source, amount FROM application WHERE target = ?", (target,))
        return [(row["source"], Decimal(row["amount"])) for row in rows.fetchall()]

    def is_applied(self, source: int) -> bool:
        """Whether a payment or credit memo settles anything."""
        return bool(self._amounts(source))

    def _amounts(self, source: int) -> dict[int, Decimal]:
        rows = self._connection.execute("SELECT target, amount FROM application WHERE source = ?", (source,))
        return {row["target"]: Decimal(row["amount"]) for row in rows.fetchall()}

    def _refresh(self, target: int) -> None:
        # The invoice is saved with its payment, so whoever has it open elsewhere holds an old one.
        query = "SELECT fields FROM record WHERE grp = 'transaction' AND id = ?"
        row = self._connection.execute(query, (target,)).fetchone()
        if row is None:
            raise TakenError
        fields = json.loads(row["fields"])
        due = Decimal(fields.get("total", "0")) - self.settled(target)
        if due < 0:
            raise TakenError
        fields["amountremaining"] = f"{due:f}"
        fields["status"] = f"CustInvc:{OPEN if due else PAID}"
        self._connection.execute(
            "UPDATE record SET fields = ?, version = version + 1 WHERE grp = 'transaction' AND id = ?",
            (json.dumps(fields), target),
        )
