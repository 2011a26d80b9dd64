"""
The lines of a document as we would write them, beside those that stand in NetSuite.

Lines are of the same fee where both name it, as Lago's own connector does; else those go together that agree
in item and amount, then in one of them. An account is compared where both sides name one: without, NetSuite
takes that of the item.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from consumer.backtest.booking import BookedLine, BookedTax, Booking
from consumer.reconcile.difference import What
from schemas.document_lines import DocumentLine, DocumentLines, LineTax

ITEMS_OWN = "of item "
"""How `consumer.backtest.booking` names the account of a line that has none of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDifference:
    """What differs in one line; a text is empty where that side has no such line."""

    what: What
    lago: str
    netsuite: str


@dataclass(frozen=True, slots=True)
class _TheirLine:
    line: DocumentLine
    taxes: tuple[LineTax, ...]

    @property
    def amount(self) -> Decimal:
        return Decimal(self.line.amount)


_Pair = tuple[BookedLine | None, _TheirLine | None]
_Key = tuple[Callable[[BookedLine], Hashable], Callable[[_TheirLine], Hashable]]

_KEYS: tuple[_Key, ...] = (
    (lambda ours: ours.reference, lambda theirs: theirs.line.reference),
    (
        lambda ours: (ours.item, ours.amount, ours.label),
        lambda theirs: (theirs.line.item, theirs.amount, theirs.line.description),
    ),
    (lambda ours: (ours.item, ours.amount), lambda theirs: (theirs.line.item, theirs.amount)),
    (lambda ours: ours.item, lambda theirs: theirs.line.item),
    (lambda ours: ours.amount, lambda theirs: theirs.amount),
)


def differences(ours: Booking, theirs: DocumentLines) -> Iterator[LineDifference]:
    """What differs, line by line; nothing of a document that NetSuite does not tell."""
    if theirs.error is not None:
        return
    for mine, found in _paired(ours.lines, _their_lines(theirs)):
        yield from _of_pair(mine, found)
    yield from _tax_item(ours, theirs)


def _their_lines(document: DocumentLines) -> list[_TheirLine]:
    by_reference: dict[str, list[LineTax]] = defaultdict(list)
    for tax in document.taxes:
        by_reference[tax.reference].append(tax)
    return [_TheirLine(line, tuple(by_reference.get(line.reference, ()))) for line in document.lines]


def _paired(ours: Sequence[BookedLine], theirs: Iterable[_TheirLine]) -> Iterator[_Pair]:
    left, right = list(ours), list(theirs)
    for of_ours, of_theirs in _KEYS:
        waiting: dict[Hashable, list[_TheirLine]] = defaultdict(list)
        for each in right:
            waiting[of_theirs(each)].append(each)
        unpaired: list[BookedLine] = []
        for line in left:
            key = of_ours(line)
            if key != "" and waiting.get(key):
                yield line, waiting[key].pop(0)
            else:
                unpaired.append(line)
        left, right = unpaired, [each for alike in waiting.values() for each in alike]
    yield from ((line, None) for line in left)
    yield from ((None, each) for each in right)


def _of_pair(mine: BookedLine | None, found: _TheirLine | None) -> Iterator[LineDifference]:
    if mine is None:
        if found is not None:
            yield LineDifference(what="line_extra", lago="", netsuite=_said_of_theirs(found))
        return
    if found is None:
        yield LineDifference(what="line_missing", lago=_said_of_ours(mine), netsuite="")
        return
    line, label = found.line, mine.label
    if mine.item != line.item:
        yield _differing("line_item", label, f"item {mine.item}", f"item {line.item}")
    is_named = not mine.account.startswith(ITEMS_OWN) and bool(line.account)
    if is_named and mine.account != line.account:
        yield _differing("line_account", label, f"account {mine.account}", f"account {line.account}")
    if mine.amount != found.amount:
        yield _differing("line_amount", label, f"{mine.amount:f}", line.amount)
    if _taxes_of_ours(mine.taxes) != _taxes_of_theirs(found.taxes):
        yield _differing("line_tax", label, _tax_text(mine.taxes), _their_tax_text(found.taxes))


def _differing(what: What, label: str, lago: str, netsuite: str) -> LineDifference:
    return LineDifference(what=what, lago=f"{label}: {lago}", netsuite=netsuite)


def _said_of_ours(line: BookedLine) -> str:
    return f"{line.label}: item {line.item}, {line.amount:f}"


def _said_of_theirs(found: _TheirLine) -> str:
    line = found.line
    return f"{line.description or 'line'}: item {line.item}, {line.amount}"


def _taxes_of_ours(taxes: Iterable[BookedTax]) -> Counter[tuple[str, Decimal]]:
    return _taxed((tax.code, tax.amount) for tax in taxes)


def _taxes_of_theirs(taxes: Iterable[LineTax]) -> Counter[tuple[str, Decimal]]:
    return _taxed((_code(tax), Decimal(tax.amount)) for tax in taxes)


def _taxed(taxes: Iterable[tuple[str, Decimal]]) -> Counter[tuple[str, Decimal]]:
    """A tax of nothing is no tax, since one connector writes it and another leaves it away."""
    return Counter(each for each in taxes if each[1])


def _tax_text(taxes: Iterable[BookedTax]) -> str:
    return ", ".join(f"tax {tax.code} {tax.amount:f}" for tax in taxes) or "no tax"


def _their_tax_text(taxes: Iterable[LineTax]) -> str:
    return ", ".join(f"tax {_code(tax)} {tax.amount}" for tax in taxes) or "no tax"


def _code(tax: LineTax) -> str:
    return f"{tax.type}/{tax.code}"


def _tax_item(ours: Booking, theirs: DocumentLines) -> Iterator[LineDifference]:
    """The tax item of a whole document, where an account has no SuiteTax."""
    mine = ours.taxes[0].code if ours.taxes else ""
    if mine and theirs.taxItem and mine != theirs.taxItem:
        yield LineDifference(what="line_tax", lago=f"tax item {mine}", netsuite=f"tax item {theirs.taxItem}")
