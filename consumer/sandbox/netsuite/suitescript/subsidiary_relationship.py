"""
Further subsidiaries of a customer, one record for each (feature Multi-Subsidiary Customer).

Oracle: section_1507907354; fields as in the Records Browser (``entity``, ``subsidiary``, ``isprimarysub``).
"""

from __future__ import annotations

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.suitescript import mandatory_fields, references
from consumer.sandbox.netsuite.suitescript.errors import ScriptError
from consumer.sandbox.netsuite.suitescript.fieldset import FieldSet
from consumer.sandbox.netsuite.suitescript.open_record import Draft

TYPE = "customersubsidiaryrelationship"
FEATURE = "MULTISUBSIDIARYCUSTOMER"


def of_customer(account: Account, customer: str) -> set[str]:
    """The subsidiaries of a customer besides its primary one."""
    if FEATURE not in account.profile.features:
        return set()
    found = account.books.find(group="relationship", record_type=TYPE, equal={"entity": [customer]})
    return {one.fields["subsidiary"] for one in found}


class RelationshipRules:
    """One record for each customer and subsidiary."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def start(self, draft: Draft) -> None:
        """A further subsidiary is never the primary one."""
        draft.body.values["isprimarysub"] = False

    def opened(self, draft: Draft) -> None:
        """Does nothing: opening a record changes no values."""

    def body_changed(self, draft: Draft, field_id: str) -> None:
        """Check references."""
        references.check(self._account, draft.body, field_id)

    def line_changed(self, draft: Draft, sublist: str, line: FieldSet, field_id: str) -> None:
        """It has no lines."""

    def check_line(self, draft: Draft, sublist: str, line: FieldSet) -> None:
        """It has no lines."""

    def refresh(self, draft: Draft) -> None:
        """It has no totals."""

    def settle(self, draft: Draft, *, ignore_mandatory: bool) -> None:
        """Check both references, and that the customer does not have the subsidiary yet."""
        for field_id in tuple(draft.body.values):
            references.check(self._account, draft.body, field_id)
        mandatory_fields.demand(draft, ignore_mandatory=ignore_mandatory)
        if draft.saved is None and draft.body.text("subsidiary") in self._taken(draft):
            raise ScriptError("DUP_RCRD", "This record already exists")

    def _taken(self, draft: Draft) -> set[str | None]:
        customer = draft.body.text("entity") or ""
        found = references.customer(self._account, customer)
        primary = found.fields.get("subsidiary") if found is not None else None
        return {primary, *of_customer(self._account, customer)}
