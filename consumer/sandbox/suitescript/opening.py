"""Opening, saving and deleting records of the books, with NetSuite's errors and prices."""

from __future__ import annotations

import time
from dataclasses import replace

from consumer.sandbox.account import Account
from consumer.sandbox.books import DuplicateError, InternalId, Saved, StaleError
from consumer.sandbox.suitescript.customer import CustomerRules
from consumer.sandbox.suitescript.draft import KINDS, Draft, RecordKind, Rules
from consumer.sandbox.suitescript.errors import ScriptError, no_permission
from consumer.sandbox.suitescript.meter import Meter
from consumer.sandbox.suitescript.transaction import TransactionRules
from consumer.sandbox.suitescript.values import coerce

_VIEW, _CREATE, _EDIT, _FULL = 1, 2, 3, 4
_DUPLICATE_ENTITY_ID = (
    "A customer record with this ID already exists."
    " You must enter a unique customer ID for each record you create."
)
_DUPLICATE_TEXTS = {"DUP_RCRD": "This record already exists", "DUP_ENTITY": "This entity already exists."}


class Opening:
    """What `N/record` does to whole records, for one call."""

    def __init__(self, account: Account, meter: Meter) -> None:
        self._account = account
        self._meter = meter

    def create(self, record_type: str, *, dynamic: bool) -> Draft:
        """`record.create`."""
        kind = kind_of(record_type)
        self._meter.spend(kind.open_units)
        self._demand(kind, _CREATE)
        draft = Draft(kind, self._account, self._rules(kind), dynamic=dynamic)
        draft.rules.start(draft)
        return draft

    def load(self, record_type: str, number: str, *, dynamic: bool) -> Draft:
        """`record.load`; raises RCRD_DSNT_EXIST or SSS_RECORD_TYPE_MISMATCH."""
        kind = kind_of(record_type)
        self._meter.spend(kind.open_units)
        self._demand(kind, _VIEW)
        draft = Draft(kind, self._account, self._rules(kind), dynamic=dynamic)
        draft.restore(self._get(kind, number))
        return draft

    def save(self, draft: Draft, *, ignore_mandatory: bool) -> int:
        """`Record.save`: checks, then commits; the commit stands whatever happens to the script later."""
        self._meter.spend(draft.kind.save_units)
        self._demand(draft.kind, _CREATE if draft.saved is None else _EDIT)
        self._demand_committed(draft)
        draft.rules.settle(draft, ignore_mandatory=ignore_mandatory)
        self._wait(draft)
        try:
            saved = self._replace(draft, draft.saved) if draft.saved else self._insert(draft)
        except DuplicateError as error:
            raise self._duplicate(draft.kind, error.field) from error
        except StaleError as error:
            raise ScriptError("RCRD_HAS_BEEN_CHANGED", "Record has been changed") from error
        draft.saved = saved
        return saved.id

    def delete(self, record_type: str, number: str) -> int:
        """`record.delete`."""
        kind = kind_of(record_type)
        self._meter.spend(kind.save_units)
        self._demand(kind, _FULL)
        found = self._get(kind, number)
        self._account.books.delete(kind.group, found.id)
        return found.id

    def submit_fields(self, record_type: str, number: str, values: dict[str, object]) -> int:
        """`record.submitFields`: body fields only; the external id too, as practice has it."""
        kind = kind_of(record_type)
        self._meter.spend(kind.open_units)
        self._demand(kind, _EDIT)
        draft = Draft(kind, self._account, self._rules(kind), dynamic=False)
        draft.restore(self._get(kind, number))
        for field_id, raw in values.items():
            draft.body.put(field_id, raw)
        try:
            if draft.saved is not None:
                self._replace(draft, draft.saved)
        except DuplicateError as error:
            raise self._duplicate(kind, error.field) from error
        except StaleError as error:
            raise ScriptError("RCRD_HAS_BEEN_CHANGED", "Record has been changed") from error
        return int(number)

    def _insert(self, draft: Draft) -> Saved:
        fields, sublists = draft.for_books()
        saved = self._account.books.insert(draft.kind.group, draft.kind.type, fields, sublists)
        return saved if draft.kind.group == "entity" or "tranid" in fields else self._number(draft, saved)

    def _number(self, draft: Draft, saved: Saved) -> Saved:
        # Auto-generated numbers are a series of their own; here they follow the internal id.
        field = draft.body.table["tranid"]
        draft.body.values["tranid"] = coerce(field, f"INV{saved.id}", self._account.profile)
        return self._replace(draft, saved)

    def _replace(self, draft: Draft, saved: Saved) -> Saved:
        fields, sublists = draft.for_books()
        return self._account.books.replace(replace(saved, fields=fields, sublists=sublists))

    def _get(self, kind: RecordKind, number: str) -> Saved:
        found = self._account.books.get(kind.group, InternalId(int(number))) if number.isdecimal() else None
        if found is None:
            raise ScriptError("RCRD_DSNT_EXIST", "That record does not exist.")
        if found.type != kind.type:
            text = f"The record you are attempting to load has a different type: {found.type}"
            raise ScriptError("SSS_RECORD_TYPE_MISMATCH", f"{text} from the type specified: {kind.type}.")
        return found

    def _duplicate(self, kind: RecordKind, field: str) -> ScriptError:
        if field == "entityid":
            return ScriptError("UNIQUE_CUST_ID_REQD", _DUPLICATE_ENTITY_ID)
        code = self._account.profile.switches.duplicate_entity if kind.group == "entity" else "DUP_RCRD"
        return ScriptError(code, _DUPLICATE_TEXTS[code])

    def _demand(self, kind: RecordKind, level: int) -> None:
        if self._account.profile.permissions.get(kind.permission, _FULL) < level:
            raise no_permission(kind.permission)

    def _demand_committed(self, draft: Draft) -> None:
        if draft.uncommitted and self._account.profile.switches.uncommitted_line == "refuse":
            raise ScriptError("SSS_INVALID_SUBLIST_OPERATION", f"Line not committed: {draft.uncommitted[0]}")

    def _wait(self, draft: Draft) -> None:
        lines = sum(len(rows) for rows in draft.sublists.values())
        if self._account.profile.latency.per_line_s:
            time.sleep(self._account.profile.latency.per_line_s * lines)

    def _rules(self, kind: RecordKind) -> Rules:
        return CustomerRules(self._account) if kind.group == "entity" else TransactionRules(self._account)


def kind_of(record_type: str) -> RecordKind:
    """What is known of a record type; raises INVALID_RCRD_TYPE for one that is not emulated."""
    if record_type not in KINDS:
        raise ScriptError("INVALID_RCRD_TYPE", f"The record type [{record_type}] is invalid.")
    return KINDS[record_type]
