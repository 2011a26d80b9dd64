"""Check that the value of a select field exists."""

from __future__ import annotations

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.saved_record import Saved
from consumer.sandbox.netsuite.suitescript.errors import invalid_reference
from consumer.sandbox.netsuite.suitescript.fieldset import FieldSet
from consumer.sandbox.netsuite.suitescript.record_types import STAGES


def check(account: Account, holder: FieldSet, field_id: str) -> None:
    """Raise INVALID_KEY_OR_REF when a select field has an id that is missing or inactive in its list."""
    field = holder.table.get(field_id)
    if field is None or field.target is None:
        return
    key = holder.values.get(field_id)
    if not isinstance(key, str):
        return
    found = customer(account, key) if field.target == "customer" else account.lists.has(field.target, key)
    if not found:
        raise invalid_reference(field_id, key)


def customer(account: Account, key: str | None) -> Saved | None:
    """The active customer with that internal id; None when there is none."""
    found = account.books.get("entity", int(key)) if key and key.isdecimal() else None
    is_usable = found is not None and found.type in STAGES and not found.fields.get("isinactive")
    return found if is_usable else None
