"""
Approval routing of invoices: an invoice that is not approved is not open, and cannot be paid.

The preference is at Setup > Accounting > Accounting Preferences > Approval Routing; public scripts read
it as ``CUSTOMAPPROVALCUSTINVC``. Public integrations write ``approvalstatus`` 2 on invoices they make, which
approves them.
"""

from __future__ import annotations

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.suitescript.open_record import Draft

PREFERENCE = "CUSTOMAPPROVALCUSTINVC"
PENDING, APPROVED, REJECTED = "1", "2", "3"
_STATUSES = {PENDING: "D", REJECTED: "E"}
_FIELD = "approvalstatus"


def start(account: Account, draft: Draft) -> None:
    """Set a new invoice to pending approval where the account routes invoices for approval."""
    if _FIELD in draft.body.table:
        routed = account.profile.preferences.get(PREFERENCE) == "T"
        draft.body.values[_FIELD] = PENDING if routed else APPROVED


def status(draft: Draft) -> str | None:
    """The suffix of the status of an invoice that is not approved; None for any other record."""
    return _STATUSES.get(draft.body.text(_FIELD) or "")


def is_open(status: str) -> bool:
    """Whether a status is not one of an invoice that is not approved."""
    return status.rpartition(":")[2] not in _STATUSES.values()
