"""Open, save, void and delete records of the books, with NetSuite's errors and governance units."""

from __future__ import annotations

import time
from dataclasses import replace

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.books import DuplicateError, StaleError
from consumer.sandbox.netsuite.saved_record import InternalId, Saved
from consumer.sandbox.netsuite.suitescript import (
    deleted_records,
    injected_error,
    periods,
    subsidiary_relationship,
    transforms,
    voiding,
)
from consumer.sandbox.netsuite.suitescript.customer import CustomerRules
from consumer.sandbox.netsuite.suitescript.errors import ScriptError, no_permission
from consumer.sandbox.netsuite.suitescript.governance import Meter
from consumer.sandbox.netsuite.suitescript.open_record import Draft, Rules
from consumer.sandbox.netsuite.suitescript.payer import PayerRules
from consumer.sandbox.netsuite.suitescript.payment import PaymentRules
from consumer.sandbox.netsuite.suitescript.record_types import STAGES, RecordKind, kind_of
from consumer.sandbox.netsuite.suitescript.refund import RefundRules
from consumer.sandbox.netsuite.suitescript.subsidiary_relationship import RelationshipRules
from consumer.sandbox.netsuite.suitescript.transaction import TransactionRules
from consumer.sandbox.netsuite.suitescript.values import coerce

_VIEW, _CREATE, _EDIT, _FULL = 1, 2, 3, 4
_VOID_UNITS = 10
_SERIES = {
    "invoice": "INV",
    "creditmemo": "CM",
    "customerpayment": "PYMT",
    "customerrefund": "RFND",
    "salesorder": "SO",
}
_DUPLICATE_ENTITY_ID = (
    "A customer record with this ID already exists."
    " You must enter a unique customer ID for each record you create."
)
_DUPLICATE_TEXTS = {"DUP_RCRD": "This record already exists", "DUP_ENTITY": "This entity already exists."}


class Opening:
    """The functions of `N/record` and `N/transaction` on whole records, for one call."""

    def __init__(self, account: Account, meter: Meter) -> None:
        self._account = account
        self._meter = meter

    def create(self, record_type: str, *, dynamic: bool) -> Draft:
        """`record.create`."""
        kind = kind_of(record_type)
        self._meter.spend(kind.open_units)
        self._demand(kind, _CREATE)
        injected_error.strike(self._account, "create", kind.type)
        return self._started(kind, dynamic=dynamic)

    def initialise(self, draft: Draft, entity: str) -> None:
        """``defaultValues.entity`` of `record.create`: set the customer of a new record."""
        field_id = "entity"
        if isinstance(draft.rules, PayerRules):
            field_id, draft.rules.was_initialised = "customer", True
        draft.set_value(field_id, entity)

    def transform(self, from_type: str, number: str, to_type: str, *, dynamic: bool) -> Draft:
        """`record.transform`; raises INVALID_RCRD_TRANSFRM, RCRD_DSNT_EXIST or INVALID_INITIALIZE_REF."""
        transforms.check(from_type, to_type)
        source, kind = kind_of(from_type), kind_of(to_type)
        self._meter.spend(kind.open_units)
        self._demand(source, _VIEW)
        self._demand(kind, _CREATE)
        injected_error.strike(self._account, "create", kind.type)
        found = self._get(source, number)
        draft = self._started(kind, dynamic=dynamic)
        transforms.fill(self._account, found, draft)
        return draft

    def load(self, record_type: str, number: str, *, dynamic: bool) -> Draft:
        """`record.load`; raises RCRD_DSNT_EXIST or SSS_RECORD_TYPE_MISMATCH."""
        kind = kind_of(record_type)
        self._meter.spend(kind.open_units)
        self._demand(kind, _VIEW)
        draft = Draft(kind, self._account, self._rules(kind), dynamic=dynamic)
        found = self._get(kind, number)
        injected_error.strike(self._account, "load", kind.type, found.fields)
        draft.restore(found)
        draft.rules.opened(draft)
        return draft

    def save(self, draft: Draft, *, ignore_mandatory: bool) -> int:
        """`Record.save`: checks, then commits; a later error of the script does not roll it back."""
        self._meter.spend(draft.kind.save_units)
        self._demand(draft.kind, _CREATE if draft.saved is None else _EDIT)
        self._demand_committed(draft)
        draft.rules.settle(draft, ignore_mandatory=ignore_mandatory)
        self._check_number(draft)
        injected_error.strike(self._account, "save", draft.kind.type, draft.body.for_books())
        self._wait(draft)
        try:
            saved = self._replace(draft, draft.saved) if draft.saved else self._insert(draft)
        except DuplicateError as error:
            raise self._duplicate(draft.kind, error.field) from error
        except StaleError as error:
            raise _changed() from error
        draft.saved = saved
        return saved.id

    def delete(self, record_type: str, number: str) -> int:
        """`record.delete`."""
        kind = kind_of(record_type)
        self._meter.spend(kind.save_units)
        self._demand(kind, _FULL)
        found = self._get(kind, number)
        if kind.group == "transaction":
            periods.check_saved(self._account, found)
        injected_error.strike(self._account, "delete", kind.type, found.fields)
        if kind.group == "transaction" and self._account.books.settling(found.id):
            raise ScriptError("TRANS_IN_USE", "This transaction cannot be deleted because it is linked to.")
        books, author = self._account.books, self._account.author()
        books.delete(kind.group, found.id, author, deleted_records.name_of(found))
        return found.id

    def void(self, record_type: str, number: str) -> int:
        """`transaction.void`; raises the errors of `voiding.check`."""
        self._meter.spend(_VOID_UNITS)
        kind = kind_of(record_type)
        if kind.group != "transaction":
            raise ScriptError("INVALID_RCRD_TYPE", f"Records of type {record_type} cannot be voided.")
        self._demand(kind, _FULL)
        found = self._get(kind, number)
        voiding.check(self._account, found)
        injected_error.strike(self._account, "void", kind.type, found.fields)
        try:
            return self._account.books.replace(voiding.voided(found), self._account.author()).id
        except StaleError as error:
            raise _changed() from error

    def submit_fields(self, record_type: str, number: str, values: dict[str, object]) -> int:
        """`record.submitFields`: body fields only, including the external id, as observed in accounts."""
        kind = kind_of(record_type)
        self._meter.spend(kind.open_units)
        self._demand(kind, _EDIT)
        draft = Draft(kind, self._account, self._rules(kind), dynamic=False)
        draft.restore(self._get(kind, number))
        for field_id, raw in values.items():
            draft.body.put(field_id, raw)
        injected_error.strike(self._account, "save", kind.type, draft.body.for_books())
        try:
            if draft.saved is not None:
                self._replace(draft, draft.saved)
        except DuplicateError as error:
            raise self._duplicate(kind, error.field) from error
        except StaleError as error:
            raise _changed() from error
        return int(number)

    def _insert(self, draft: Draft) -> Saved:
        fields, sublists = draft.for_books()
        author = self._account.author()
        saved = self._account.books.insert(draft.kind.group, draft.kind.type, fields, sublists, author)
        return (
            saved if draft.kind.group != "transaction" or "tranid" in fields else self._number(draft, saved)
        )

    def _number(self, draft: Draft, saved: Saved) -> Saved:
        # NetSuite numbers each type in a series of its own; here the number is the internal id.
        field = draft.body.table["tranid"]
        draft.body.values["tranid"] = coerce(field, f"{_SERIES[saved.type]}{saved.id}", self._account.profile)
        return self._replace(draft, saved)

    def _replace(self, draft: Draft, saved: Saved) -> Saved:
        fields, sublists = draft.for_books()
        changed = replace(saved, fields=fields, sublists=sublists)
        return self._account.books.replace(changed, self._account.author())

    def _get(self, kind: RecordKind, number: str) -> Saved:
        found = self._account.books.get(kind.group, InternalId(int(number))) if number.isdecimal() else None
        if found is None:
            raise ScriptError("RCRD_DSNT_EXIST", "That record does not exist.")
        if found.type != kind.type and not self._is_loaded_as(found, kind):
            text = f"The record you are attempting to load has a different type: {found.type}"
            raise ScriptError("SSS_RECORD_TYPE_MISMATCH", f"{text} from the type specified: {kind.type}.")
        return found

    def _is_loaded_as(self, found: Saved, kind: RecordKind) -> bool:
        is_customer = kind.type == "customer" and found.type in STAGES
        return is_customer and self._account.profile.switches.lead_as_customer

    def _check_number(self, draft: Draft) -> None:
        number = draft.body.text("tranid")
        if not self._account.profile.switches.unique_tranid or number is None:
            return
        equal = {"tranid": [number]}
        found = self._account.books.find(group=draft.kind.group, record_type=draft.kind.type, equal=equal)
        if any(one.id != (draft.saved.id if draft.saved else None) for one in found):
            raise ScriptError("DUP_TRANS", f"A transaction with the number {number} already exists.")

    def _duplicate(self, kind: RecordKind, field: str) -> ScriptError:
        if field == "entityid":
            return ScriptError("UNIQUE_CUST_ID_REQD", _DUPLICATE_ENTITY_ID)
        code = self._account.profile.switches.duplicate_entity if kind.group == "entity" else "DUP_RCRD"
        return ScriptError(code, _DUPLICATE_TEXTS[code])

    def _demand(self, kind: RecordKind, level: int) -> None:
        if kind.feature is not None and kind.feature not in self._account.profile.features:
            text = f"The feature {kind.feature}, which {kind.type} needs, is not enabled in this account."
            raise ScriptError("FEATURE_DISABLED", text)
        if self._account.profile.permissions.get(kind.permission, _FULL) < level:
            raise no_permission(kind.permission)

    def _demand_committed(self, draft: Draft) -> None:
        if draft.uncommitted and self._account.profile.switches.uncommitted_line == "refuse":
            raise ScriptError("SSS_INVALID_SUBLIST_OPERATION", f"Line not committed: {draft.uncommitted[0]}")

    def _wait(self, draft: Draft) -> None:
        lines = sum(len(rows) for rows in draft.sublists.values())
        if self._account.profile.latency.per_line_s:
            time.sleep(self._account.profile.latency.per_line_s * lines)

    def _started(self, kind: RecordKind, *, dynamic: bool) -> Draft:
        draft = Draft(kind, self._account, self._rules(kind), dynamic=dynamic)
        draft.rules.start(draft)
        return draft

    def _rules(self, kind: RecordKind) -> Rules:
        if kind.type == subsidiary_relationship.TYPE:
            return RelationshipRules(self._account)
        if kind.group == "entity":
            return CustomerRules(self._account)
        if kind.type == "customerpayment":
            return PaymentRules(self._account)
        if kind.type == "customerrefund":
            return RefundRules(self._account)
        return TransactionRules(self._account)


def _changed() -> ScriptError:
    return ScriptError("RCRD_HAS_BEEN_CHANGED", "Record has been changed")
