"""The balance of every customer in Lago and in NetSuite."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from consumer.demo.scenario_event import ScenarioEvent

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
        return who | {name: f"{amount:f}" for name, amount in amounts.items()}


def compare(steps: Sequence[ScenarioEvent], rows: Sequence[Mapping[str, str]]) -> tuple[Balance, ...]:
    """
    The balances of all customers with documents; `rows` come from the sandbox's ``/sandbox/balances``.

    Events that must be rejected are left out on Lago's side too: they are not in NetSuite until a person
    fixes them. A refund counts as credit on both sides until a person has paid it and recorded the refund.
    """
    lago = _of_lago(steps)
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
        f"{one.customer} owes {one.lago} {one.currency} in Lago and {one.netsuite} in NetSuite"
        for one in balances
        if one.difference
    ]


def _of_lago(steps: Sequence[ScenarioEvent]) -> dict[Account, Decimal]:
    owed: dict[Account, Decimal] = defaultdict(Decimal)
    # A repeated webhook has the same bytes and counts once.
    for step in {step.value: step for step in steps if step.ending == "booked"}.values():
        if step.effect is not None and step.currency is not None:
            owed[step.customer, step.currency] += step.effect
    return dict(owed)
