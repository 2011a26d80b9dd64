"""The fields of one account by record type and sublist, after its features and deployed custom fields."""

from __future__ import annotations

import itertools

from consumer.sandbox.netsuite.profile import CustomField, Profile
from consumer.sandbox.netsuite.suitescript import oracle_fields
from consumer.sandbox.netsuite.suitescript import transaction_fields as transactions
from consumer.sandbox.netsuite.suitescript.fields import (
    ADDRESS_BOOK,
    CURRENCIES,
    CUSTOMER,
    SUBSIDIARY_RELATIONSHIP,
    Field,
    FieldTable,
    define,
)
from consumer.sandbox.netsuite.suitescript.record_types import APPLY, STAGES

_numbers = itertools.count()
_OF_FEATURE = {
    "SUBSIDIARIES": ("subsidiary",),
    "LOCATIONS": ("location",),
    "DEPARTMENTS": ("department",),
    "CLASSES": ("class",),
    "MULTICURRENCY": ("currency", "exchangerate"),
}


class Catalogue:
    """The fields of one account, with its deployed custom fields."""

    def __init__(self, profile: Profile) -> None:
        self.number = next(_numbers)
        """Unique in this process."""
        body_taxes, line_taxes = _taxes(profile)
        missing = (fields for feature, fields in _OF_FEATURE.items() if feature not in profile.features)
        absent = frozenset(field for fields in missing for field in fields)
        custom = _custom(profile, "custbody_")
        absent |= _of_other_taxes(profile)
        customer = _beside(CUSTOMER, oracle_fields.of_body("customer"))
        self._bodies: dict[str, FieldTable] = {
            **dict.fromkeys(STAGES, _without(customer | _custom(profile, "custentity_"), absent)),
            "customersubsidiaryrelationship": SUBSIDIARY_RELATIONSHIP,
        }
        for kind, table in transactions.BODIES.items():
            taxes = {} if kind in ("customerpayment", "customerrefund") else body_taxes
            self._bodies[kind] = _without(
                _beside(table | taxes | custom, oracle_fields.of_body(kind)), absent
            )
        lines = _beside(transactions.ITEM, oracle_fields.of_item_lines())
        self._sublists: dict[str, FieldTable] = {
            "item": _without(lines | line_taxes | _custom(profile, "custcol_"), absent),
            "taxdetails": transactions.TAX_DETAILS if profile.has_suitetax else {},
            APPLY: transactions.APPLY_LINE,
            "addressbook": ADDRESS_BOOK,
            "currency": CURRENCIES if "MULTICURRENCYCUSTOMER" in profile.features else {},
        }

    def body(self, record_type: str) -> FieldTable:
        """The body fields of a record type."""
        return self._bodies[record_type]

    def sublist(self, sublist: str) -> FieldTable:
        """The fields of a sublist's lines; empty for a sublist that the account does not have."""
        return self._sublists.get(sublist, {})


def _taxes(profile: Profile) -> tuple[FieldTable, FieldTable]:
    if profile.has_suitetax:
        return transactions.SUITETAX_BODY, transactions.SUITETAX_ITEM
    return transactions.LEGACY_TAX_BODY, transactions.LEGACY_TAX_ITEM


def _of_other_taxes(profile: Profile) -> frozenset[str]:
    """Tax fields that Oracle lists and an account has with SuiteTax only, or without it only."""
    suitetax = {*transactions.SUITETAX_BODY, *transactions.SUITETAX_ITEM}
    legacy = {*transactions.LEGACY_TAX_BODY, *transactions.LEGACY_TAX_ITEM}
    return frozenset(legacy - suitetax if profile.has_suitetax else suitetax - legacy)


def _beside(own: FieldTable, listed: FieldTable) -> FieldTable:
    """The sandbox's own fields first, then further ones that Oracle lists."""
    return own | {name: field for name, field in listed.items() if name not in own}


def _without(table: FieldTable, absent: frozenset[str]) -> FieldTable:
    return {name: field for name, field in table.items() if name not in absent}


def _custom(profile: Profile, prefix: str) -> dict[str, Field]:
    return {field.id: _custom_field(field) for field in profile.custom_fields if field.id.startswith(prefix)}


def _custom_field(field: CustomField) -> Field:
    # The limit of Free-Form Text is 300 characters.
    return define(field.id, field.kind, field.label, max_length=300 if field.kind == "text" else None)
