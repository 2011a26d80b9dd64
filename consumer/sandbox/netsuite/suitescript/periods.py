"""Accounting periods: whether a transaction may be posted, changed, voided or deleted."""

from __future__ import annotations

from datetime import date

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.list_entries import Period
from consumer.sandbox.netsuite.saved_record import Saved
from consumer.sandbox.netsuite.suitescript.errors import ScriptError, invalid_reference
from consumer.sandbox.netsuite.suitescript.open_record import Draft

_CLOSED = "You cannot change the G/L impact of a transaction in a closed period."
_OUTSIDE = "The transaction date you specified is not within the date range of your accounting period."
_NO_PERIOD = "Insert Transaction Failure: No valid, open, posting period exists for the transaction date."
_IMPACT = ("trandate", "postingperiod", "currency", "entity", "subsidiary", "total", "payment", "account")


def check(account: Account, draft: Draft) -> None:
    """
    Set the posting period of a transaction to that of its date, unless the script has set one.

    Raises:
        ScriptError: the period is closed or locked, or there is none. A change without G/L impact, such as
            the application of a credit memo, is allowed.
    """
    if not _has_periods(account) or not draft.kind.posts:
        return
    period = _chosen(account, draft)
    if not _is_closed(account, period) or _is_without_impact(draft, period):
        draft.body.values["postingperiod"] = period.id
        return
    raise closed(account)


def check_saved(account: Account, saved: Saved) -> None:
    """Raise when the period of a saved transaction is closed: it cannot be voided or deleted."""
    key = saved.fields.get("postingperiod")
    if _has_periods(account) and key and _is_closed(account, account.lists.period(key)):
        raise closed(account)


def closed(account: Account) -> ScriptError:
    """The error for a closed period; its code differs between accounts."""
    return ScriptError(account.profile.switches.closed_period, _CLOSED)


def _has_periods(account: Account) -> bool:
    return "ACCOUNTINGPERIODS" in account.profile.features


def _chosen(account: Account, draft: Draft) -> Period:
    # A new date sets its period, unless the script has set the period itself.
    key, issued = draft.body.text("postingperiod"), draft.body.get("trandate")
    if key:
        period = account.lists.period(key)
        if not period.posting:
            raise invalid_reference("postingperiod", key)
        if account.profile.preferences.get("DATEPERIODMISMATCH") == "DISALLOW" and not _holds(period, issued):
            raise ScriptError("USER_ERROR", _OUTSIDE)
        return period
    found = account.lists.period_of(issued) if isinstance(issued, date) else None
    if found is None:
        raise ScriptError("VALID_PRD_REQD", _NO_PERIOD)
    return found


def _holds(period: Period, issued: object) -> bool:
    return not isinstance(issued, date) or period.start <= issued <= period.end


def _is_closed(account: Account, period: Period) -> bool:
    is_shut = period.closed or period.ar_locked or period.all_locked
    return is_shut and not account.profile.permissions.get("ADMI_PERIODOVERRIDE", 0)


def _is_without_impact(draft: Draft, period: Period) -> bool:
    if draft.saved is None:
        return False
    before, (after, _) = draft.saved.fields, draft.for_books()
    return all(before.get(name) == (after | {"postingperiod": period.id}).get(name) for name in _IMPACT)
