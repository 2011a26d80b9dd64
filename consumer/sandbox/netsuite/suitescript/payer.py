"""The payer of payments and refunds: values sourced from the customer, and checks before a save."""

from __future__ import annotations

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.suitescript import (
    apply_lines,
    mandatory_fields,
    receivables,
    references,
    sourcing,
)
from consumer.sandbox.netsuite.suitescript.open_record import Draft

LISTS_ANEW = frozenset({"customer", "currency", "aracct", "subsidiary"})
"""The body fields whose change lists the customer's documents anew."""


def changed(account: Account, draft: Draft, field_id: str) -> None:
    """Check a body field that was set, and source the values that depend on it."""
    references.check(account, draft.body, field_id)
    match field_id:
        case "customer":
            sourcing.sourced(account, draft)
        case "currency":
            sourcing.check_currency(account, draft)
            draft.body.values["exchangerate"] = sourcing.exchange_rate(account, draft)
        case "subsidiary":
            sourcing.check_subsidiary(account, draft)
        case _:
            pass


def replay(account: Account, draft: Draft) -> None:
    """Source and check the values at a save in standard mode; those that the script set stay."""
    given = {key: value for key, value in draft.body.values.items() if value is not None}
    references.check(account, draft.body, "customer")
    sourcing.sourced(account, draft)
    draft.body.values |= given
    for field_id in given:
        references.check(account, draft.body, field_id)
    sourcing.check_currency(account, draft)


def settle(account: Account, draft: Draft, *, ignore_mandatory: bool) -> None:
    """Check mandatory fields and the receivables account, then complete and check the selected lines."""
    mandatory_fields.demand(draft, ignore_mandatory=ignore_mandatory)
    receivables.check(account, draft)
    apply_lines.settle(draft)
