"""The emulated record types: id group, permission, sublists, governance units."""

from __future__ import annotations

from dataclasses import dataclass, replace

from consumer.sandbox.netsuite.saved_record import Group
from consumer.sandbox.netsuite.suitescript.errors import ScriptError

APPLY = "apply"
REFUND = "Customer Refund"
"""The type of an apply line for a refund of a credit memo or payment; it is the refund's own type."""
STATIC_SUBLISTS = frozenset({APPLY})
"""Sublists whose lines NetSuite makes; scripts may change lines, but not add or remove any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordKind:
    """
    A record type.

    Attributes:
        group: its internal ids are unique within the group.
        permission: the permission to read and write it.
        code: prefix of its statuses and its type in SuiteQL: ``CustInvc``.
        posts: whether it has G/L impact, and so needs an open period.
        feature: the feature without which the account has no such records.
        lessens: whether it reduces the customer's balance; its amounts are negative in searches.
    """

    type: str
    group: Group
    permission: str
    sublists: tuple[str, ...]
    code: str = ""
    posts: bool = True
    feature: str | None = None
    lessens: bool = False

    @property
    def open_units(self) -> int:
        """Governance units of create, load, transform and submitFields."""
        return 10 if self.group == "transaction" else 5

    @property
    def save_units(self) -> int:
        """Governance units of save and delete."""
        return 20 if self.group == "transaction" else 10

    @property
    def is_applied(self) -> bool:
        """Whether it can be applied to invoices."""
        return APPLY in self.sublists


_LINES = ("item", "taxdetails")
KINDS: dict[str, RecordKind] = {
    "customer": RecordKind(
        type="customer",
        group="entity",
        permission="LIST_CUSTJOB",
        sublists=("addressbook", "currency"),
        posts=False,
    ),
    "invoice": RecordKind(
        type="invoice", group="transaction", permission="TRAN_CUSTINVC", sublists=_LINES, code="CustInvc"
    ),
    "creditmemo": RecordKind(
        type="creditmemo",
        group="transaction",
        permission="TRAN_CUSTCRED",
        sublists=(*_LINES, APPLY),
        code="CustCred",
        lessens=True,
    ),
    "customerpayment": RecordKind(
        type="customerpayment",
        group="transaction",
        permission="TRAN_CUSTPYMT",
        sublists=(APPLY,),
        code="CustPymt",
        lessens=True,
    ),
    "customersubsidiaryrelationship": RecordKind(
        type="customersubsidiaryrelationship",
        group="relationship",
        permission="LIST_CUSTJOB",
        sublists=(),
        posts=False,
        feature="MULTISUBSIDIARYCUSTOMER",
    ),
    "customerrefund": RecordKind(
        type="customerrefund",
        group="transaction",
        permission="TRAN_CUSTRFND",
        sublists=(APPLY,),
        code="CustRfnd",
    ),
    "salesorder": RecordKind(
        type="salesorder",
        group="transaction",
        permission="TRAN_SALESORD",
        sublists=_LINES,
        code="SalesOrd",
        posts=False,
    ),
}

STAGES = ("customer", "prospect", "lead")
"""The record types of a customer by its stage; a search for customers finds all three."""
KINDS |= {stage: replace(KINDS["customer"], type=stage) for stage in STAGES[1:]}


def kind_of(record_type: str) -> RecordKind:
    """The definition of a record type; raises INVALID_RCRD_TYPE for one that is not emulated."""
    if record_type not in KINDS:
        raise ScriptError("INVALID_RCRD_TYPE", f"The record type [{record_type}] is invalid.")
    return KINDS[record_type]


def of_group(group: str) -> list[RecordKind]:
    """All record types of a group."""
    return [kind for kind in KINDS.values() if kind.group == group]
