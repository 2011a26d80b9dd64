"""The balance of every customer in Lago and in NetSuite."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from consumer.mapping import money
from consumer.sandbox.lago.notation import Json
from consumer.sandbox.lago.organization import Organization

Account = tuple[str, str]
"""A customer's external id in Lago, and a currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """The balance of one customer in one currency, in units of it; negative when the customer has credit."""

    customer: str
    currency: str
    lago: Decimal
    netsuite: Decimal

    @property
    def difference(self) -> Decimal:
        """NetSuite's balance minus Lago's."""
        return self.netsuite - self.lago

    def row(self) -> dict[str, str]:
        """All members as text."""
        amounts = {"lago": self.lago, "netsuite": self.netsuite, "difference": self.difference}
        who = {"customer": self.customer, "currency": self.currency}
        return who | {name: money.in_units(amount, self.currency) for name, amount in amounts.items()}


def compare(
    organization: Organization, open_ids: Collection[str], rows: Sequence[Mapping[str, str]]
) -> tuple[Balance, ...]:
    """
    The balances of all customers with documents.

    Args:
        organization: Lago's side.
        open_ids: Lago's ids of documents that are not in NetSuite until a person fixes them; left out.
        rows: NetSuite's side, from the sandbox's ``/sandbox/balances``.
    """
    lago = _of_lago(organization, open_ids)
    netsuite = {(row.get("entityid", ""), row["currency_iso"]): Decimal(row["balance"]) for row in rows}
    zero = Decimal(0)
    return tuple(
        Balance(
            customer=account[0],
            currency=account[1],
            lago=lago.get(account, zero),
            netsuite=netsuite.get(account, zero),
        )
        for account in sorted(lago.keys() | netsuite.keys())
    )


def differences(balances: Sequence[Balance]) -> list[str]:
    """A sentence for every customer whose balances differ."""
    return [
        f"{one.customer} owes {row['lago']} {one.currency} in Lago and {row['netsuite']} in NetSuite"
        for one, row in ((one, one.row()) for one in balances)
        if one.difference
    ]


def _of_lago(organization: Organization, open_ids: Collection[str]) -> dict[Account, Decimal]:
    owed: dict[Account, Decimal] = defaultdict(Decimal)
    for invoice in organization.invoices.values():
        is_theirs = invoice["status"] in {"finalized", "voided"} and not invoice["self_billed"]
        if is_theirs and invoice["lago_id"] not in open_ids:
            _add(owed, invoice, _due_cents(invoice))
    for note in organization.credit_notes.values():
        # A refund counts as credit until a person has paid it and recorded the refund.
        refund_cents = note["refund_amount_cents"] if note["refund_status"] == "pending" else 0
        _add(owed, note, -note["balance_amount_cents"] - refund_cents)
    return dict(owed)


def _due_cents(invoice: Json) -> int:
    """What an invoice adds to the balance; what was paid of a voided one is the customer's credit."""
    is_voided = invoice["status"] == "voided"
    cents: int = -invoice["total_paid_amount_cents"] if is_voided else invoice["total_due_amount_cents"]
    return cents


def _add(owed: dict[Account, Decimal], document: Json, cents: int) -> None:
    currency = document["currency"]
    owed[document["customer"]["external_id"], currency] += Decimal(money.major(cents, currency))
