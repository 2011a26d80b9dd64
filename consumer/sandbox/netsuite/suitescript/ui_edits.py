"""What a person does in NetSuite's pages: change, void, delete or pay a document, under their own name."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.profile import User
from consumer.sandbox.netsuite.suitescript.errors import ScriptError
from consumer.sandbox.netsuite.suitescript.governance import Meter
from consumer.sandbox.netsuite.suitescript.record_store import Opening
from consumer.sandbox.netsuite.suitescript.record_types import kind_of
from consumer.sandbox.netsuite.suitescript.values import text_of_day

_UNITS = 1_000_000
_DATES = frozenset({"trandate", "duedate"})


class Edit(BaseModel):
    """
    One act on one record.

    Attributes:
        external_id: of the record; of one without it the internal `id`.
        fields: with ``edit``, body fields by id; dates are ISO.
        lines: with ``edit``, fields of item lines by their place from 0.
        amount: with ``pay``, how much in the invoice's currency; None for all that is due.
        user_id: internal id of the person.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    act: Literal["edit", "void", "delete", "pay"]
    type: str
    external_id: str | None = None
    id: str | None = None
    fields: dict[str, Any] = Field(default_factory=dict)
    lines: dict[int, dict[str, Any]] = Field(default_factory=dict)
    amount: Decimal | None = None
    user_id: int = 7
    user_name: str = "Jane Doe"


def apply(account: Account, edit: Edit) -> int:
    """
    Do it; the internal id of what was changed, or of the new payment.

    Raises:
        ScriptError: there is no such record, or NetSuite refuses the act.
    """
    user = User(id=edit.user_id, name=edit.user_name, role=3, role_name="administrator")
    acting = account.under(account.profile.model_copy(update={"user": user, "permissions": {}}))
    limit_s = account.profile.time_limit_s
    opening = Opening(acting, Meter(units=_UNITS, time_limit_s=limit_s, clock=account.clock))
    number = _number_of(account, edit)
    match edit.act:
        case "edit":
            return _edit(acting, opening, edit, number)
        case "void":
            return opening.void(edit.type, number)
        case "delete":
            return opening.delete(edit.type, number)
        case "pay":
            return _pay(opening, edit, number)
        case _ as never:
            assert_never(never)


def _number_of(account: Account, edit: Edit) -> str:
    if edit.external_id is None:
        return edit.id or ""
    equal = {"externalid": [edit.external_id]}
    found = account.books.find(group=kind_of(edit.type).group, record_type=edit.type, equal=equal)
    if not found:
        raise ScriptError("RCRD_DSNT_EXIST", "That record does not exist.")
    return str(found[0].id)


def _edit(account: Account, opening: Opening, edit: Edit, number: str) -> int:
    draft = opening.load(edit.type, number, dynamic=False)
    for field_id, value in edit.fields.items():
        is_day = field_id in _DATES
        raw = text_of_day(date.fromisoformat(value), account.profile) if is_day else value
        draft.set_value(field_id, raw)
    for place, fields in edit.lines.items():
        for field_id, value in fields.items():
            draft.set_line("item", place, field_id, value)
    return opening.save(draft, ignore_mandatory=False)


def _pay(opening: Opening, edit: Edit, number: str) -> int:
    draft = opening.transform(edit.type, number, "customerpayment", dynamic=True)
    if edit.amount is not None:
        draft.set_value("payment", edit.amount)
        for place, line in enumerate(draft.lines("apply")):
            if line.text("doc") == number:
                draft.select("apply", place)
                draft.set_current("apply", "amount", edit.amount)
                draft.commit("apply")
    return opening.save(draft, ignore_mandatory=False)
