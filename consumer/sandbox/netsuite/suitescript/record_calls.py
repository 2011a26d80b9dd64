"""The operations of `N/record` and of its records, one for each method."""

from __future__ import annotations

from typing import Any

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.suitescript import list_rows, mandatory_fields
from consumer.sandbox.netsuite.suitescript.errors import ScriptError, no_permission
from consumer.sandbox.netsuite.suitescript.fields import CURRENCY
from consumer.sandbox.netsuite.suitescript.fieldset import FieldSet
from consumer.sandbox.netsuite.suitescript.governance import Meter
from consumer.sandbox.netsuite.suitescript.open_record import Draft
from consumer.sandbox.netsuite.suitescript.record_store import Opening
from consumer.sandbox.netsuite.suitescript.values import Value, for_script

_LIST_LOAD_UNITS = 5


class RecordCalls:
    """The open records of one call of a script, by number."""

    def __init__(self, account: Account, meter: Meter) -> None:
        self._account = account
        self._meter = meter
        self._opening = Opening(account, meter)
        self._drafts: list[Draft] = []
        self._sets: list[FieldSet] = []
        self._bodies: dict[int, Draft] = {}

    # Whole records.

    def do_create(self, record_type: str, dynamic: bool, entity: Any) -> dict[str, Any]:  # noqa: FBT001 - comes from JavaScript
        draft = self._opening.create(record_type, dynamic=dynamic)
        if entity is not None:
            self._opening.initialise(draft, str(entity))
        return self._opened(draft)

    def do_transform(self, from_type: str, number: Any, to_type: str, dynamic: bool) -> dict[str, Any]:  # noqa: FBT001 - as above
        return self._opened(self._opening.transform(from_type, str(number), to_type, dynamic=dynamic))

    def do_load(self, record_type: str, number: Any, dynamic: bool) -> dict[str, Any]:  # noqa: FBT001 - as above
        if record_type == "currency":
            return self._opened_list(record_type, str(number))
        if record_type == "subsidiary":
            return self._opened_subsidiary(str(number))
        return self._opened(self._opening.load(record_type, str(number), dynamic=dynamic))

    def do_save(self, handle: int, ignore_mandatory: bool) -> int:  # noqa: FBT001 - as above
        return self._opening.save(self._drafts[handle], ignore_mandatory=ignore_mandatory)

    def do_delete(self, record_type: str, number: Any) -> int:
        return self._opening.delete(record_type, str(number))

    def do_void(self, record_type: str, number: Any) -> int:
        return self._opening.void(record_type, str(number))

    def do_submit_fields(self, record_type: str, number: Any, values: dict[str, Any]) -> int:
        return self._opening.submit_fields(record_type, str(number), values)

    def _opened(self, draft: Draft) -> dict[str, Any]:
        draft.freshen()
        self._bodies[len(self._sets)] = draft
        self._drafts.append(draft)
        self._sets.append(draft.body)
        return {
            "handle": len(self._drafts) - 1,
            "id": draft.saved.id if draft.saved else None,
            "body": len(self._sets) - 1,
            "values": None if draft.dynamic or draft.saved is None else _all(draft.body),
            "growing": draft.growing,
        }

    def _opened_list(self, name: str, number: str) -> dict[str, Any]:
        self._meter.spend(_LIST_LOAD_UNITS)
        if not self._account.lists.has(name, number):
            raise ScriptError("RCRD_DSNT_EXIST", "That record does not exist.")
        row, currency = FieldSet(CURRENCY, self._account.profile), self._account.lists.currency(number)
        row.values |= {"name": currency.name, "symbol": currency.symbol}
        is_base = self._account.profile.subsidiaries[0].currency == currency.id
        row.values |= {
            "currencyprecision": str(currency.precision),
            "exchangerate": currency.rate,
            "isbasecurrency": is_base,
        }
        self._sets.append(row)
        place = len(self._sets) - 1
        return {"handle": None, "id": number, "body": place, "values": _all(row), "growing": []}

    def _opened_subsidiary(self, number: str) -> dict[str, Any]:
        self._meter.spend(_LIST_LOAD_UNITS)
        if not list_rows.may_view(self._account, "LIST_SUBSIDIARY"):
            raise no_permission("Subsidiaries")
        if not self._account.profile.is_one_world or not self._account.lists.has("subsidiary", number):
            raise ScriptError("RCRD_DSNT_EXIST", "That record does not exist.")
        found = self._account.lists.subsidiary(number)
        values = {"name": found.name, "currency": found.currency, "country": found.country}
        registrations = [{"nexus": nexus} for nexus in found.nexuses]
        return {"id": number, "values": values, "sublists": {"taxregistration": registrations}}

    # Body fields and subrecords, by the number of their field set.

    def do_get(self, number: int, field_id: str) -> Any:
        if number in self._bodies:
            self._bodies[number].freshen()
        return for_script(self._sets[number].get(field_id))

    def do_put(self, number: int, field_id: str, raw: Any) -> None:
        self._sets[number].put(field_id, raw)

    def do_put_text(self, number: int, field_id: str, text: str) -> None:
        self._sets[number].put_text(field_id, text)

    def do_set_value(self, handle: int, field_id: str, raw: Any) -> None:
        self._drafts[handle].set_value(field_id, raw)

    def do_text(self, handle: int, field_id: str) -> str:
        self._drafts[handle].freshen()
        body = self._drafts[handle].body
        return self._text_of(body, field_id, body.get(field_id))

    def do_set_text(self, handle: int, field_id: str, text: str) -> None:
        self._drafts[handle].set_value(field_id, self._key_of(self._drafts[handle].body, field_id, text))

    def do_field(self, handle: int, field_id: str) -> dict[str, Any] | None:
        draft = self._drafts[handle]
        return self._described(draft.body, field_id, mandatory_fields.of_form(draft.profile, draft.kind.type))

    def do_field_ids(self, handle: int) -> list[str]:
        return list(self._drafts[handle].body.table)

    def _text_of(self, holder: FieldSet, field_id: str, value: Value) -> str:
        field = holder.field(field_id)
        names = {row.id: row.name for row in self._account.lists.all(field.target or "")} if field else {}
        return names.get(str(value), "" if value is None else str(value))

    def _key_of(self, holder: FieldSet, field_id: str, text: str) -> str:
        field = holder.field(field_id)
        rows = self._account.lists.all(field.target or "") if field else []
        return next((row.id for row in rows if row.name == text), text)

    def _described(self, holder: FieldSet, field_id: str, on_form: tuple[str, ...]) -> dict[str, Any] | None:
        field = holder.field(field_id)
        if field is None:
            return None
        kind = "currency2" if field.id == "rate" else field.kind
        is_mandatory = field.required or field_id in on_form
        return {"id": field.id, "label": field.label, "type": kind, "isMandatory": is_mandatory}

    # Lines.

    def do_line_count(self, handle: int, sublist: str) -> int:
        draft = self._drafts[handle]
        return len(draft.lines(sublist)) if sublist in draft.sublists else -1

    def do_select_new(self, handle: int, sublist: str) -> None:
        self._drafts[handle].select_new(sublist)

    def do_select(self, handle: int, sublist: str, index: int) -> None:
        self._drafts[handle].select(sublist, index)

    def do_commit(self, handle: int, sublist: str) -> None:
        self._drafts[handle].commit(sublist)

    def do_cancel(self, handle: int, sublist: str) -> None:
        self._drafts[handle].cancel(sublist)

    def do_remove(self, handle: int, sublist: str, index: int) -> None:
        self._drafts[handle].remove(sublist, index)

    def do_insert(self, handle: int, sublist: str, index: int) -> None:
        self._drafts[handle].insert(sublist, index)

    def do_set_new(self, handle: int, sublist: str, field_id: str, raw: Any) -> None:
        draft = self._drafts[handle]
        draft.select_new(sublist)
        draft.set_current(sublist, field_id, raw)

    def do_set_current(self, handle: int, sublist: str, field_id: str, raw: Any) -> None:
        self._drafts[handle].set_current(sublist, field_id, raw)

    def do_get_current(self, handle: int, sublist: str, field_id: str) -> Any:
        return for_script(self._drafts[handle].current(sublist, "getCurrentSublistValue").get(field_id))

    def do_current_index(self, handle: int, sublist: str) -> int:
        return self._drafts[handle].cursor(sublist, "getCurrentSublistIndex").index

    def do_current_field(self, handle: int, sublist: str, field_id: str) -> dict[str, Any] | None:
        draft = self._drafts[handle]
        line = draft.current(sublist, "getCurrentSublistField")
        return self._described(
            line, field_id, mandatory_fields.of_form(draft.profile, draft.kind.type, sublist)
        )

    def do_line_field(self, handle: int, sublist: str, field_id: str) -> dict[str, Any] | None:
        draft = self._drafts[handle]
        on_form = mandatory_fields.of_form(draft.profile, draft.kind.type, sublist)
        return self._described(draft.new_line(sublist), field_id, on_form)

    def do_line_field_ids(self, handle: int, sublist: str) -> list[str]:
        return list(self._drafts[handle].new_line(sublist).table)

    def do_set_line(self, handle: int, sublist: str, index: int, field_id: str, raw: Any) -> None:
        self._drafts[handle].set_line(sublist, index, field_id, raw)

    def do_get_line(self, handle: int, sublist: str, index: int, field_id: str) -> Any:
        return for_script(self._drafts[handle].line(sublist, index).get(field_id))

    def do_current_subrecord(self, handle: int, sublist: str, field_id: str) -> int:
        draft = self._drafts[handle]
        return self._subrecord(draft, draft.current(sublist, "getCurrentSublistSubrecord"), field_id)

    def do_find_line(self, handle: int, sublist: str, field_id: str, wanted: Any) -> int:
        lines, text = self._drafts[handle].lines(sublist), _text(wanted)
        found = (at for at, line in enumerate(lines) if _text(for_script(line.get(field_id))) == text)
        return next(found, -1)

    def do_line_subrecord(self, handle: int, sublist: str, index: int, field_id: str) -> int:
        draft = self._drafts[handle]
        return self._subrecord(draft, draft.standard_line(sublist, index, "getSublistSubrecord"), field_id)

    def _subrecord(self, draft: Draft, line: FieldSet, field_id: str) -> int:
        self._sets.append(draft.subrecord(line, field_id))
        return len(self._sets) - 1


def _all(fields: FieldSet) -> dict[str, Any]:
    return {name: for_script(value) for name, value in fields.values.items()}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
