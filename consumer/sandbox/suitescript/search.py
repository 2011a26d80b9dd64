"""`N/search`: filter expressions over the books and the account's lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from consumer.sandbox.account import Account
from consumer.sandbox.books import INDEXED, Saved
from consumer.sandbox.entries import Item
from consumer.sandbox.suitescript.draft import KINDS
from consumer.sandbox.suitescript.errors import ScriptError

_GROUPS = {"transaction": "transaction", "entity": "entity"}
_VIEW = 1
_LIST_PERMISSIONS = {
    "item": "LIST_ITEM",
    "account": "LIST_ACCOUNT",
    "subsidiary": "LIST_SUBSIDIARY",
    "currency": "LIST_CURRENCY",
    "salestaxitem": "LIST_TAXITEM",
    "location": "LIST_LOCATION",
}
_ALWAYS = frozenset(
    {"internalid", "externalid", "externalidstring", "mainline", "type", "recordtype", "isinactive"}
)

Expression = Sequence[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One result: where it stands and its values by search column."""

    id: str
    record_type: str
    values: Mapping[str, Any]


def run(account: Account, search_type: str, expression: Expression) -> list[Row]:
    """
    All rows that match; rows the role may not view are left out without a word, as in NetSuite.

    Raises:
        ScriptError: INVALID_RCRD_TYPE, SSS_INVALID_SRCH_FILTER or SSS_INVALID_SRCH_FILTER_EXPR.
    """
    matches = _predicate(account, search_type, expression)
    return [row for row in _candidates(account, search_type, expression) if matches(row.values)]


def check_column(account: Account, search_type: str, name: str) -> None:
    """Raise SSS_INVALID_SRCH_COL for a column the search type does not have."""
    if not _is_known(account, search_type, name):
        raise ScriptError("SSS_INVALID_SRCH_COL", f"An nlobjSearchColumn contains an invalid column: {name}.")


def _candidates(account: Account, search_type: str, expression: Expression) -> list[Row]:
    if account.lists.knows(search_type):
        return _list_rows(account, search_type)
    if not _may_view(account, KINDS[search_type].permission if search_type in KINDS else None):
        return []
    record_type = None if search_type in _GROUPS else search_type
    found = account.books.find(
        group=_group(search_type), record_type=record_type, equal=_narrowing(expression)
    )
    return [_record_row(saved) for saved in found]


def _group(search_type: str) -> Any:
    if search_type in _GROUPS:
        return search_type
    if search_type in KINDS:
        return KINDS[search_type].group
    raise ScriptError("INVALID_RCRD_TYPE", f"The record type [{search_type}] is invalid.")


def _narrowing(expression: Expression) -> dict[str, list[str]]:
    terms = [expression] if _is_term(expression) else list(expression)
    if any(_is_word(term, "or") or _is_word(term, "not") for term in terms):
        return {}
    equal = (term for term in terms if _is_term(term) and term[1] in ("anyof", "is") and term[0] in INDEXED)
    return {str(term[0]): _texts(term[2:]) for term in equal}


def _may_view(account: Account, permission: str | None) -> bool:
    return permission is None or account.profile.permissions.get(permission, _VIEW) >= _VIEW


def _list_rows(account: Account, name: str) -> list[Row]:
    if not _may_view(account, _LIST_PERMISSIONS.get(name)):
        return []
    return [_list_row(name, entry) for entry in account.lists.all(name)]


def _list_row(name: str, entry: Any) -> Row:
    dumped = entry.model_dump(mode="json")
    extra = {"internalid": entry.id, "isinactive": entry.inactive, "itemid": entry.name}
    if isinstance(entry, Item):
        extra |= {"incomeaccount": entry.account, "type": entry.type, "istaxable": entry.taxable}
    return Row(id=entry.id, record_type=name, values=dumped | extra)


def _record_row(saved: Saved) -> Row:
    kind = {"internalid": str(saved.id), "mainline": True, "type": saved.type, "recordtype": saved.type}
    text = {"externalidstring": saved.fields.get("externalid")}
    return Row(
        id=str(saved.id), record_type=saved.type, values={"isinactive": False} | saved.fields | kind | text
    )


def _predicate(
    account: Account, search_type: str, expression: Expression
) -> Callable[[Mapping[str, Any]], bool]:
    if not expression:
        return lambda _: True
    if _is_term(expression):
        return _term(account, search_type, expression)
    if _is_word(expression[0], "not"):
        negated = _predicate(account, search_type, expression[1])
        return lambda row: not negated(row)
    parts = [_predicate(account, search_type, part) for part in expression if not isinstance(part, str)]
    words = {str(word).lower() for word in expression if isinstance(word, str)}
    if len(words) > 1 or not words <= {"and", "or"}:
        raise ScriptError("SSS_INVALID_SRCH_FILTER_EXPR", "Malformed search filter expression.")
    combine = any if words == {"or"} else all
    return lambda row: combine(part(row) for part in parts)


def _is_term(part: Any) -> bool:
    return isinstance(part, list) and len(part) >= 2 and all(isinstance(word, str) for word in part[:2])


def _is_word(part: Any, word: str) -> bool:
    return isinstance(part, str) and part.lower() == word


def _term(account: Account, search_type: str, term: Expression) -> Callable[[Mapping[str, Any]], bool]:
    name, operator, wanted = str(term[0]), str(term[1]).lower(), _texts(term[2:])
    if not _is_known(account, search_type, name):
        raise ScriptError("SSS_INVALID_SRCH_FILTER", f"An nlobjSearchFilter contains invalid filter: {name}.")
    match operator:
        case "is" | "anyof" | "equalto":
            lowered = {text.lower() for text in wanted}
            return lambda row: _text(row.get(name)).lower() in lowered
        case "isnot" | "noneof":
            lowered = {text.lower() for text in wanted}
            return lambda row: _text(row.get(name)).lower() not in lowered
        case "startswith":
            return lambda row: _text(row.get(name)).lower().startswith(wanted[0].lower())
        case "contains":
            return lambda row: wanted[0].lower() in _text(row.get(name)).lower()
        case "isempty":
            return lambda row: not _text(row.get(name))
        case "isnotempty":
            return lambda row: bool(_text(row.get(name)))
        case _:
            raise ScriptError(
                "SSS_INVALID_SRCH_OPERATOR", f"The search operator {operator} is not supported."
            )


def _texts(values: Sequence[Any]) -> list[str]:
    flat = (inner for value in values for inner in (value if isinstance(value, list) else [value]))
    return [_text(value) for value in flat]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "T" if value else "F"
    return "" if value is None else str(value)


def _is_known(account: Account, search_type: str, name: str) -> bool:
    if name in _ALWAYS or account.lists.knows(search_type):
        return True
    kinds = (
        [search_type]
        if search_type in KINDS
        else [kind for kind in KINDS if KINDS[kind].group == search_type]
    )
    return any(name in account.catalogue.body(kind) for kind in kinds)


def column(account: Account, row: Row, name: str) -> tuple[str, str]:
    """Value and text of a column; a select's text is the name of what it refers to."""
    value = _text(row.values.get(name))
    fields = account.catalogue.body(row.record_type) if row.record_type in KINDS else {}
    target = fields[name].target if name in fields else None
    names = {entry.id: entry.name for entry in account.lists.all(target or "")}
    return value, names.get(value, value)
