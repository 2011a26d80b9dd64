"""Searches for deleted records: what, by whom and when; who lacks the permission finds none."""

from __future__ import annotations

from collections.abc import Iterator

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.change_stamps import Deletion
from consumer.sandbox.netsuite.saved_record import Saved
from consumer.sandbox.netsuite.suitescript.list_rows import Row, may_view

TYPE = "deletedrecord"
PERMISSION = "ADMI_DELETEDRECORD"
_NAMES = {
    "invoice": "Invoice",
    "creditmemo": "Credit Memo",
    "customerpayment": "Payment",
    "customerrefund": "Customer Refund",
    "salesorder": "Sales Order",
}


def name_of(saved: Saved) -> str:
    """What NetSuite calls a deleted record: its type and number, of a customer its name."""
    if saved.type not in _NAMES:
        return str(saved.fields.get("entityid") or saved.id)
    return f"{_NAMES[saved.type]} #{saved.fields.get('tranid') or saved.id}"


def rows(account: Account) -> Iterator[Row]:
    """All deletions, the oldest first."""
    if may_view(account, PERMISSION):
        yield from map(_row, account.books.deletions())


def _row(deletion: Deletion) -> Row:
    values = {
        "internalid": str(deletion.number), "recordtype": deletion.type, "name": deletion.name,
        "externalid": deletion.external_id, "deletedby": deletion.author.by,
        "deleteddate": deletion.author.at, "context": "UIF",
    }  # fmt: skip
    texts = {"deletedby": deletion.author.name}
    return Row(id=str(deletion.number), record_type=TYPE, values=values, texts=texts)
