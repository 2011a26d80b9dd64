"""The plan of a backfill: one row for each object to send, with counts, sums and duration; no I/O."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from consumer.backfill.kinds import ORDER, customer_of, left_out, outside
from consumer.events.lago_webhook import Kind

Key = tuple[str, str, str]
"""The sort key of rows of a kind: issuing date, time of creation, id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """
    One object to be sent.

    Attributes:
        key: the sort key within its kind.
        day: of its booking, as Lago states it, ``YYYY-MM-DD``; empty for a customer.
        customer: Lago's external id of the customer.
        cents: the amount in subunits of the currency.
        content: the whole object if the list contains it; None if it needs a request of its own.
    """

    kind: Kind
    lago_id: str
    key: Key
    day: str = ""
    customer: str = ""
    cents: int = 0
    currency: str = ""
    content: Mapping[str, Any] | None = None


@dataclass(slots=True, kw_only=True)
class BackfillPlan:
    """
    All objects to send.

    Attributes:
        left_out: rows that are not sent, by reason.
        requests: number of requests to Lago's API for the plan.
    """

    rows: dict[Kind, list[Row]] = field(default_factory=lambda: {kind: [] for kind in ORDER})
    left_out: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    _known: set[tuple[Kind, str]] = field(default_factory=set)

    def add(
        self,
        kind: Kind,
        listed: Iterable[Mapping[str, Any]],
        *,
        since: date | None = None,
        until: date | None = None,
        foreign: Collection[str] = (),
    ) -> None:
        """
        Add the rows of one list, each once: a page may repeat rows of the page before.

        A voided invoice is sent twice: as it was issued, and at the end as voided.

        Args:
            kind: of the rows.
            listed: the rows as Lago's list returns them.
            since: leaves out payments created on earlier days; Lago's list of payments has no such filter.
            until: the same for later days.
            foreign: Lago's ids of those that another connection books, or none.
        """
        for content in listed:
            if self._is_known(kind, content):
                continue
            reason = left_out(kind, content) or outside(kind, content, since, until)
            if reason is None and str(content.get("lago_id")) in foreign:
                reason = f"{kind.replace('_', ' ')} not of this connection"
            if reason is not None:
                self.left_out[reason] += 1
                continue
            row = _row(kind, content)
            self.rows[kind].append(row)
            if kind == "invoice" and content.get("status") == "voided":
                self.rows["void"].append(_row("void", content))

    def drop_idle_customers(self, since: date | None, until: date | None) -> None:
        """Leave out customers that no document of the plan is of, unless they were created on these days."""
        if since is None and until is None:
            return
        begins, ends = since or date.min, until or date.max
        active = {row.customer for rows in self.rows.values() for row in rows if row.kind != "customer"}
        kept = [
            row
            for row in self.rows["customer"]
            if row.customer in active or begins.isoformat() <= row.key[1][:10] <= ends.isoformat()
        ]
        if dropped := len(self.rows["customer"]) - len(kept):
            self.left_out["customer without a document of these days"] += dropped
        self.rows["customer"] = kept

    def _is_known(self, kind: Kind, content: Mapping[str, Any]) -> bool:
        key = (kind, str(content.get("lago_id")))
        is_known = key in self._known
        self._known.add(key)
        return is_known

    def ordered(self, kinds: Sequence[Kind]) -> list[Row]:
        """All rows of these kinds, in the order of the kinds, each kind by its sort key."""
        return [row for kind in kinds for row in sorted(self.rows[kind], key=lambda row: row.key)]

    def counts(self, kinds: Sequence[Kind]) -> dict[str, int]:
        """The number of rows of each kind."""
        return {kind: len(self.rows[kind]) for kind in kinds}

    def sums(self, kind: Kind) -> dict[str, int]:
        """The sums of the rows of a kind by currency, in subunits."""
        found: dict[str, int] = defaultdict(int)
        for row in self.rows[kind]:
            if row.currency:
                found[row.currency] += row.cents
        return dict(sorted(found.items()))

    def requests_to_come(self, kinds: Sequence[Kind]) -> int:
        """The number of requests to Lago for objects that its lists do not contain whole."""
        return sum(row.content is None for row in self.ordered(kinds))


def after(rows: Sequence[Row], position: Mapping[str, Key]) -> list[Row]:
    """
    The rows that an interrupted run has not sent.

    Args:
        rows: all rows of the plan, in order.
        position: by kind, the key of the last row that Kafka has acknowledged.
    """
    return [row for row in rows if row.kind not in position or row.key > tuple(position[row.kind])]


def _row(kind: Kind, content: Mapping[str, Any]) -> Row:
    lago_id, created_at = str(content.get("lago_id")), str(content.get("created_at") or "")
    day = str(content.get("issuing_date") or "") if kind in {"invoice", "void", "credit_note"} else ""
    cents = content.get("total_amount_cents", content.get("amount_cents"))
    return Row(
        kind=kind,
        lago_id=lago_id,
        key=(day, created_at, lago_id),
        day=_day(kind, content),
        customer=str(content.get("external_id") or "") if kind == "customer" else customer_of(content),
        cents=cents if isinstance(cents, int) else 0,
        currency=str(content.get("currency") or content.get("amount_currency") or "")
        if kind not in {"customer", "void"}
        else "",
        content=None if kind in {"invoice", "void"} else content,
    )


def _day(kind: Kind, content: Mapping[str, Any]) -> str:
    match kind:
        case "customer":
            return ""
        case "void":
            booked_at = content.get("voided_at") or content.get("updated_at")
        case "payment":
            booked_at = content.get("created_at")
        case _:
            booked_at = content.get("issuing_date")
    return str(booked_at or "")[:10]
