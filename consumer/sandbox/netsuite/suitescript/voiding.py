"""`N/transaction.void`: sets the amounts of a transaction to zero, if NetSuite allows the void."""

from __future__ import annotations

from dataclasses import replace

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.open_items import VOIDED
from consumer.sandbox.netsuite.saved_record import Fields, Saved
from consumer.sandbox.netsuite.suitescript import periods
from consumer.sandbox.netsuite.suitescript.errors import ScriptError
from consumer.sandbox.netsuite.suitescript.record_types import KINDS

_AMOUNTS = frozenset(
    {"subtotal", "taxtotal", "total", "amountremaining", "applied", "unapplied", "payment", "rate", "amount"}
) | {"taxamount", "taxamountoverride"}
_LINKED = (
    "You cannot void this transaction because it is linked to by one or more transactions such as payments."
    " You must delete or void those transactions first"
)


def check(account: Account, saved: Saved) -> None:
    """
    Raise when the transaction cannot be voided.

    Raises:
        ScriptError: TRANS_ALREADY_VOIDED, VOIDING_REVERSAL_DISALLWD (with the preference for reversing
            journals), CANT_VOID_TRANS (something is applied), or the code of a closed period.
    """
    if is_voided(saved):
        raise ScriptError("TRANS_ALREADY_VOIDED", "This transaction has already been voided.")
    if account.profile.preferences.get("REVERSALVOIDING") == "T":
        text = "Voiding with a reversing journal is not possible for this type of transaction."
        raise ScriptError("VOIDING_REVERSAL_DISALLWD", text)
    if account.books.settling(saved.id) or saved.sublists.get("apply"):
        raise ScriptError("CANT_VOID_TRANS", _LINKED)
    periods.check_saved(account, saved)


def voided(saved: Saved) -> Saved:
    """The same transaction without G/L impact: all amounts zero, status voided."""
    status = {"status": f"{KINDS[saved.type].code}:{VOIDED}"}
    rows = {name: [_emptied(row) for row in lines] for name, lines in saved.sublists.items()}
    return replace(saved, fields=_emptied(saved.fields) | status, sublists=rows)


def is_voided(saved: Saved) -> bool:
    """Whether it is voided."""
    return str(saved.fields.get("status", "")).endswith(f":{VOIDED}")


def _emptied(fields: Fields) -> Fields:
    return fields | dict.fromkeys(_AMOUNTS & fields.keys(), "0")
