"""A record that a script has open: mode, lines and selected line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.saved_record import Fields, Saved, Sublists
from consumer.sandbox.netsuite.suitescript.address import Address
from consumer.sandbox.netsuite.suitescript.errors import ScriptError, wrong_mode
from consumer.sandbox.netsuite.suitescript.fieldset import FieldSet
from consumer.sandbox.netsuite.suitescript.record_types import REFUND, STATIC_SUBLISTS, RecordKind
from consumer.sandbox.netsuite.suitescript.values import Value

ADDRESS_FIELD = "addressbookaddress"


class Rules(Protocol):
    """NetSuite's rules for records of one type."""

    def start(self, draft: Draft) -> None:
        """Set the defaults of a new record."""

    def opened(self, draft: Draft) -> None:
        """Complete a loaded record."""

    def body_changed(self, draft: Draft, field_id: str) -> None:
        """Check and source dependent values after a body field was set in dynamic mode."""

    def line_changed(self, draft: Draft, sublist: str, line: FieldSet, field_id: str) -> None:
        """Check and source dependent values after a field of the current line was set in dynamic mode."""

    def check_line(self, draft: Draft, sublist: str, line: FieldSet) -> None:
        """Check and complete a line before it is committed; raises ScriptError."""

    def refresh(self, draft: Draft) -> None:
        """Compute the fields that depend on lines."""

    def settle(self, draft: Draft, *, ignore_mandatory: bool) -> None:
        """Check and compute everything before a save; raises ScriptError."""


@dataclass(slots=True)
class Cursor:
    """The selected line of a sublist; `index` equals the number of lines for a new one."""

    index: int
    line: FieldSet


class Draft:
    """One open record. In dynamic mode rules run at every set, in standard mode only at the save."""

    def __init__(self, kind: RecordKind, account: Account, rules: Rules, *, dynamic: bool) -> None:
        self.kind = kind
        self.profile = account.profile
        self._catalogue = account.catalogue
        self.rules = rules
        self.dynamic = dynamic
        self.saved: Saved | None = None
        self.body = FieldSet(account.catalogue.body(kind.type), account.profile)
        self._sublists: dict[str, list[FieldSet]] = {name: [] for name in kind.sublists}
        self._kept: Sublists | None = None
        self.is_stale = False
        """Whether lines have changed since the last `refresh`."""
        self._cursors: dict[str, Cursor] = {}

    @property
    def sublists(self) -> dict[str, list[FieldSet]]:
        """The lines by sublist; those of a loaded record are made at the first access."""
        if self._kept is not None:
            kept, self._kept = self._kept, None
            for name in self.kind.sublists:
                self._sublists[name] = [self._restored(name, row) for row in kept.get(name, [])]
        return self._sublists

    @property
    def uncommitted(self) -> list[str]:
        """Sublists with a selected line that is neither committed nor cancelled."""
        return list(self._cursors)

    @property
    def growing(self) -> list[str]:
        """Sublists that accept `selectNewLine`."""
        usable = (name for name in self.kind.sublists if self._catalogue.sublist(name))
        return [name for name in usable if self.dynamic and name not in STATIC_SUBLISTS]

    def freshen(self) -> None:
        """Compute the fields that depend on lines, when lines have changed."""
        if self.is_stale:
            self.is_stale = False
            self.rules.refresh(self)

    def set_value(self, field_id: str, raw: Any) -> None:
        """`Record.setValue`."""
        if self.body.put(field_id, raw) and self.dynamic:
            self.rules.body_changed(self, field_id)

    def lines(self, sublist: str) -> list[FieldSet]:
        """The committed lines of a sublist; raises SSS_INVALID_SUBLIST_OPERATION for one it does not have."""
        if sublist not in self.kind.sublists or not self._catalogue.sublist(sublist):
            text = f"You have attempted an invalid sublist or line item operation: {sublist}"
            raise ScriptError("SSS_INVALID_SUBLIST_OPERATION", text)
        return self.sublists[sublist]

    def line(self, sublist: str, index: int) -> FieldSet:
        """A committed line; raises SSS_INVALID_SUBLIST_OPERATION when there is none."""
        lines = self.lines(sublist)
        if not 0 <= index < len(lines):
            raise ScriptError("SSS_INVALID_SUBLIST_OPERATION", f"There is no line {index} in {sublist}.")
        return lines[index]

    def new_line(self, sublist: str) -> FieldSet:
        """An empty line that is not part of the sublist yet."""
        self.lines(sublist)
        return FieldSet(self._catalogue.sublist(sublist), self.profile)

    # Dynamic mode.

    def select_new(self, sublist: str) -> None:
        """`Record.selectNewLine`."""
        self._demand("selectNewLine", dynamic=True)
        _demand_growable(sublist)
        self._cursors[sublist] = Cursor(len(self.lines(sublist)), self.new_line(sublist))

    def select(self, sublist: str, index: int) -> None:
        """`Record.selectLine`; changes apply to a copy until the line is committed."""
        self._demand("selectLine", dynamic=True)
        chosen, copy = self.line(sublist, index), self.new_line(sublist)
        copy.values = dict(chosen.values)
        copy.subrecords = {name: self._address(dict(kept.values)) for name, kept in chosen.subrecords.items()}
        self._cursors[sublist] = Cursor(index, copy)

    def current(self, sublist: str, method: str) -> FieldSet:
        """The selected line; in dynamic mode only."""
        return self.cursor(sublist, method).line

    def cursor(self, sublist: str, method: str) -> Cursor:
        """The cursor of the selected line; raises SSS_INVALID_SUBLIST_OPERATION without one."""
        self._demand(method, dynamic=True)
        self.lines(sublist)
        if sublist not in self._cursors:
            raise ScriptError("SSS_INVALID_SUBLIST_OPERATION", f"{method}: no line of {sublist} is selected.")
        return self._cursors[sublist]

    def set_current(self, sublist: str, field_id: str, raw: Any) -> None:
        """`Record.setCurrentSublistValue`."""
        found = self._cursors.get(sublist) or self.cursor(sublist, "setCurrentSublistValue")
        if found.line.put(field_id, raw):
            self.rules.line_changed(self, sublist, found.line, field_id)

    def commit(self, sublist: str) -> None:
        """`Record.commitLine`."""
        cursor = self.cursor(sublist, "commitLine")
        self.rules.check_line(self, sublist, cursor.line)
        self.lines(sublist)[cursor.index : cursor.index + 1] = [cursor.line]
        del self._cursors[sublist]
        self.is_stale = True

    def cancel(self, sublist: str) -> None:
        """`Record.cancelLine`."""
        self.cursor(sublist, "cancelLine")
        del self._cursors[sublist]

    # Standard mode.

    def insert(self, sublist: str, index: int) -> None:
        """`Record.insertLine`."""
        self._demand("insertLine", dynamic=False)
        _demand_growable(sublist)
        self.lines(sublist).insert(index, self.new_line(sublist))

    def set_line(self, sublist: str, index: int, field_id: str, raw: Any) -> None:
        """`Record.setSublistValue`; an index right after the last line appends one."""
        self._demand("setSublistValue", dynamic=False)
        if index == len(self.lines(sublist)):
            self.insert(sublist, index)
        self.line(sublist, index).put(field_id, raw)

    def standard_line(self, sublist: str, index: int, method: str) -> FieldSet:
        """A line; in standard mode only."""
        self._demand(method, dynamic=False)
        return self.line(sublist, index)

    # Both.

    def remove(self, sublist: str, index: int) -> None:
        """`Record.removeLine`."""
        _demand_growable(sublist)
        self.line(sublist, index)
        del self.lines(sublist)[index]
        self.is_stale = self.dynamic

    def subrecord(self, line: FieldSet, field_id: str) -> FieldSet:
        """The address of an address book line, created at the first access."""
        if field_id != ADDRESS_FIELD:
            raise ScriptError("SSS_INVALID_SUBLIST_OPERATION", f"{field_id} is no subrecord field.")
        if field_id not in line.subrecords:
            line.subrecords[field_id] = self._address({})
        return line.subrecords[field_id]

    def _address(self, known: dict[str, Value]) -> Address:
        address = Address(self.profile, self.profile.subsidiaries[0].country)
        address.values |= known
        return address

    def restore(self, saved: Saved) -> None:
        """Take the values of a saved record."""
        self.saved = saved
        self.body.restore(saved.fields)
        self._kept = saved.sublists

    def _restored(self, sublist: str, kept: Fields) -> FieldSet:
        line = FieldSet(self._catalogue.sublist(sublist), self.profile)
        line.restore(kept)
        if ADDRESS_FIELD in kept:
            self.subrecord(line, ADDRESS_FIELD).restore(kept[ADDRESS_FIELD])
        return line

    def for_books(self) -> tuple[Fields, Sublists]:
        """Body and lines in the form of the books."""
        kept = {name: [line for line in rows if _is_kept(name, line)] for name, rows in self.sublists.items()}
        lines = {name: [line.for_books() for line in rows] for name, rows in kept.items()}
        return self.body.for_books(), lines

    def _demand(self, method: str, *, dynamic: bool) -> None:
        if self.dynamic is not dynamic:
            raise wrong_mode(method, dynamic=self.dynamic)


def _is_kept(sublist: str, line: FieldSet) -> bool:
    # Of the lines that NetSuite lists, only ticked ones are saved.
    is_own = line.get("apply") is True and line.get("type") != REFUND
    return sublist not in STATIC_SUBLISTS or is_own


def _demand_growable(sublist: str) -> None:
    if sublist in STATIC_SUBLISTS:
        text = f"You have attempted an invalid sublist or line item operation: lines of {sublist} are fixed."
        raise ScriptError("SSS_INVALID_SUBLIST_OPERATION", text)
