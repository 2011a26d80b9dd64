"""`N/search`: filter expressions, columns, order and summaries over the rows of an account."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.saved_record import INDEXED, InternalId
from consumer.sandbox.netsuite.suitescript import list_rows, moments
from consumer.sandbox.netsuite.suitescript.errors import ScriptError
from consumer.sandbox.netsuite.suitescript.list_rows import Row
from consumer.sandbox.netsuite.suitescript.record_types import KINDS
from consumer.sandbox.netsuite.suitescript.search_links import linked
from consumer.sandbox.netsuite.suitescript.search_names import check_type, kind_of_filter
from consumer.sandbox.netsuite.suitescript.search_operators import test_of
from consumer.sandbox.netsuite.suitescript.search_rows import candidates
from consumer.sandbox.netsuite.suitescript.values import text_of_day

Expression = Sequence[Any]
Predicate = Callable[[Mapping[str, Any]], bool]


def run(account: Account, search_type: str, expression: Expression) -> Iterator[Row]:
    """
    All rows that match, in the order of ids.

    Rows that the role may not view are left out without an error, as in NetSuite.

    Raises:
        ScriptError: INVALID_RCRD_TYPE, or SSS_INVALID_SRCH_ followed by FILTER, OPERATOR, FILTER_VAL or
            FILTER_EXPR.
    """
    check_type(account, search_type)
    if any(isinstance(part, dict) for part in expression):
        expression = _of_objects(expression)
    matches = _predicate(account, search_type, expression)
    equal, above = _narrowing(expression), _above(expression)
    found = linked(account, candidates(account, search_type, equal, above), expression)
    return (row for row in found if matches(row.values))


def is_in_order(columns: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the rows of `run` need neither be sorted nor summed for these columns."""
    sorts = [(column["name"], column["sort"]) for column in columns if column.get("sort")]
    return sorts in ([], [("internalid", "ASC")]) and not any(column.get("summary") for column in columns)


def ordered(rows: list[Row], columns: Sequence[Mapping[str, Any]]) -> list[Row]:
    """The rows sorted by the columns with a sort order; the first of them has precedence."""
    for column in reversed([column for column in columns if column.get("sort")]):
        name = str(column["name"])
        rows = sorted(rows, key=partial(_sortable, name), reverse=column["sort"] == "DESC")
    return rows


def summed(rows: list[Row], columns: Sequence[Mapping[str, Any]]) -> list[Row]:
    """One row per group when a column has a summary type; else the rows unchanged."""
    summary = {str(column["name"]): column.get("summary") for column in columns}
    if not any(summary.values()):
        return rows
    groups: dict[tuple[str, ...], list[Row]] = {}
    keys = [name for name, kind in summary.items() if kind == "GROUP"]
    for row in rows:
        groups.setdefault(tuple(_text(row.values.get(name)) for name in keys), []).append(row)
    return [_sum(members, summary) for members in groups.values()]


def _sum(members: list[Row], summary: Mapping[str, Any]) -> Row:
    values: dict[str, Any] = dict(members[0].values)
    for name, kind in summary.items():
        if kind == "SUM":
            amounts = (Decimal(_text(row.values.get(name)) or "0") for row in members)
            values[name] = f"{sum(amounts, Decimal(0)):f}"
    return Row(id="", record_type=members[0].record_type, values=values, texts=members[0].texts)


def _sortable(name: str, row: Row) -> tuple[bool, Any]:
    value = row.values.get(name)
    if name == "internalid":  # in numerical order
        return True, int(_text(value))
    return value is not None, value if isinstance(value, date) else _text(value)


def _narrowing(expression: Expression) -> dict[str, list[str]]:
    equal = (term for term in _required(expression) if term[1] in ("anyof", "is") and term[0] in INDEXED)
    return {str(term[0]): _texts(term[2:]) for term in equal}


def _above(expression: Expression) -> int:
    bounds = (term for term in _required(expression) if list(term[:2]) == ["internalidnumber", "greaterthan"])
    return max((int(text) for term in bounds for text in _texts(term[2:]) if text.isdecimal()), default=0)


def _required(expression: Expression) -> list[Expression]:
    """The terms without which no row matches."""
    terms = [expression] if _is_term(expression) else list(expression)
    if any(_is_word(term, "or") or _is_word(term, "not") for term in terms):
        return []
    return [term for term in terms if _is_term(term)]


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


def _term(account: Account, search_type: str, term: Expression) -> Predicate:
    name, operator, wanted = str(term[0]), str(term[1]).lower(), _texts(term[2:])
    kind = kind_of_filter(account, search_type, name, operator)
    passes = test_of(kind, operator, wanted, account.profile)
    return lambda row: passes(_text(row.get(name)))


def _of_objects(parts: Expression) -> Expression:
    """Filter objects, all of which must hold, as an expression."""
    terms = [_of_object(part) if isinstance(part, dict) else part for part in parts]
    return [word for term in terms for word in ("and", term)][1:]


def _of_object(part: Mapping[str, Any]) -> Expression:
    """A filter object as a term of an expression; joins are not emulated."""
    if "name" not in part or "operator" not in part or part.get("join"):
        raise ScriptError("SSS_INVALID_SRCH_FILTER", "An nlobjSearchFilter contains invalid filter.")
    return [str(part["name"]), str(part["operator"]), part.get("values", [])]


def _texts(values: Sequence[Any]) -> list[str]:
    flat = (inner for value in values for inner in (value if isinstance(value, list) else [value]))
    return [_text(value) for value in flat]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "T" if value else "F"
    return "" if value is None else str(value)


def column(account: Account, row: Row, name: str) -> tuple[str, str]:
    """Value and text of a column; the text of a select is a name, dates are in the user's format."""
    fields = account.catalogue.body(row.record_type) if row.record_type in KINDS else {}
    field, held = fields.get(name), row.values.get(name)
    if isinstance(held, datetime):
        shown = moments.text_of(held, account.profile)
        return shown, shown
    if held and (isinstance(held, date) or (field is not None and field.kind == "date")):
        shown = text_of_day(held if isinstance(held, date) else date.fromisoformat(held), account.profile)
        return shown, shown
    value = _text(held)
    if row.texts and name in row.texts:
        return value, row.texts[name]
    target = field.target if field is not None else None
    if row.record_type not in KINDS:
        target = list_rows.TARGETS.get(name)
    if target == "customer" and value:
        found = account.books.get("entity", InternalId(int(value)))
        return value, str(found.fields.get("entityid", value)) if found is not None else value
    names = {entry.id: entry.name for entry in account.lists.all(target)} if target else {}
    return value, names.get(value, value)
