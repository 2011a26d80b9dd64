"""
Compare what two configurations make of one event, document by document and line by line.

A refusal is its code, without its message, which names lines of a file. Two rules that both ignore an event
are no difference: nothing is booked by either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import assert_never

from consumer.backtest import booking
from consumer.backtest.booking import BookedLine, BookedTax, Booking
from consumer.backtest.difference import Aspect, Difference
from consumer.mapping.result import Mapped, Refused
from consumer.mapping.result import Mapping as Plan
from consumer.outcome import Ignored
from schemas.wire import WriteItem

WRITTEN = "written"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """
    One document by both configurations.

    Attributes:
        key: the same for each event about the document, so that it counts once.
        before: what the configuration in use would book; None for nothing.
        after: what the changed one would book.
        reason: of the refusal, as a sentence, or the ignoring rule, where one of them does not write it.
    """

    key: str
    before: Booking | None
    after: Booking | None
    differences: tuple[Difference, ...]
    reason: str = ""
    is_refused_by_both: bool = False

    @property
    def either(self) -> Booking | None:
        """What is booked, by the changed configuration where it is by both."""
        return self.after or self.before


def compare(before: Plan, after: Plan, name: str) -> Iterator[Compared]:
    """
    The documents of one event.

    Args:
        before: what the configuration in use makes of the event.
        after: what the changed one does.
        name: the event's own object, for an event that neither writes: ``invoice 5f…``.
    """
    left, right = _bookings(before), _bookings(after)
    if not left and not right:
        yield Compared(
            key=name,
            before=None,
            after=None,
            differences=_outcomes(before, after),
            reason=_reason(before, after),
            is_refused_by_both=isinstance(before, Refused) and isinstance(after, Refused),
        )
        return
    for key in dict.fromkeys((*left, *right)):
        yield _of_document(key, _Sides(left.get(key), right.get(key), before, after))


@dataclass(frozen=True, slots=True)
class _Sides:
    left: Booking | None
    right: Booking | None
    before: Plan
    after: Plan


def _of_document(key: str, sides: _Sides) -> Compared:
    left, right = sides.left, sides.right
    if left is not None and right is not None:
        differences, reason = tuple(_within(left, right)), ""
    else:
        differences = _outcomes(sides.before, sides.after, left, right)
        reason = _reason(sides.before, sides.after)
    return Compared(key=key, before=left, after=right, differences=differences, reason=reason)


def _bookings(plan: Plan) -> dict[str, Booking]:
    if not isinstance(plan, Mapped):
        return {}
    return {_key(item): booking.of(item) for item in plan.request.items}


def _key(item: WriteItem) -> str:
    # A customer's later version is booked again, a document never is.
    return f"{item.external_id} {item.version if item.record.get('type') == 'customer' else item.mode}"


def _outcomes(
    before: Plan, after: Plan, left: Booking | None = None, right: Booking | None = None
) -> tuple[Difference, ...]:
    was, becomes = _said(before, left), _said(after, right)
    if was == becomes:
        return ()
    found = right or left
    amount = "" if found is None or found.total is None else f"{found.total:f}"
    return (Difference(aspect="outcome", before=was, after=becomes, amount=amount),)


def _said(plan: Plan, booked: Booking | None) -> str:
    match plan:
        case Mapped():
            return WRITTEN if booked is not None else "not written"
        case Ignored():
            return "not written"
        case Refused(rejection=rejection):
            return f"rejected: {rejection.code}"
        case _:
            assert_never(plan)


def _reason(before: Plan, after: Plan) -> str:
    for plan in (after, before):
        if isinstance(plan, Refused):
            return plan.rejection.message
        if isinstance(plan, Ignored):
            return f"ignored by {plan.rule}"
    return ""


def _within(left: Booking, right: Booking) -> Iterator[Difference]:
    total = _amount(right)
    yield from _differing("customer", left.customer, right.customer, amount=total)
    yield from _differing("subsidiary", left.subsidiary, right.subsidiary, amount=total)
    yield from _differing("tax", left.header_tax, right.header_tax)
    yield from _differing("total", _amount(left), total, amount=total)
    for before, after in _paired(left.lines, right.lines):
        yield from _of_lines(before, after)
    yield from _of_fields(left.fields, right.fields, line="")


def _of_lines(before: BookedLine | None, after: BookedLine | None) -> Iterator[Difference]:
    found = after or before
    if found is None:
        return
    line, amount = found.label, f"{found.amount:f}"
    if before is None or after is None:
        was, becomes = (f"item {each.item}" if each else "" for each in (before, after))
        yield Difference(aspect="line", before=was, after=becomes, line=line, amount=amount)
        return
    yield from _differing("account", before.account, after.account, line=line, amount=amount)
    yield from _differing("item", before.item, after.item, line=line, amount=amount)
    yield from _differing("tax", _taxes(before.taxes), _taxes(after.taxes), line=line, amount=amount)
    left, right = dict(before.fields), dict(after.fields)
    if before.label != after.label:
        left, right = left | {"description": before.label}, right | {"description": after.label}
    yield from _of_fields(left, right, line=line)


def _of_fields(left: Mapping[str, str], right: Mapping[str, str], *, line: str) -> Iterator[Difference]:
    for name in dict.fromkeys((*left, *right)):
        yield from _differing("field", left.get(name, ""), right.get(name, ""), line=line, name=name)


def _differing(aspect: Aspect, before: str, after: str, **where: str) -> Iterator[Difference]:
    if before != after:
        yield Difference(aspect=aspect, before=before, after=after, **where)


def _paired(
    left: Sequence[BookedLine], right: Sequence[BookedLine]
) -> Iterator[tuple[BookedLine | None, BookedLine | None]]:
    """Lines of the same fee where both sides name fees, else of the same place."""
    by_key = {line.key: line for line in left}
    if not by_key.keys() & {line.key for line in right}:
        yield from zip_longest(left, right)
        return
    for line in right:
        yield by_key.pop(line.key, None), line
    yield from ((line, None) for line in by_key.values())


def _taxes(taxes: Sequence[BookedTax]) -> str:
    return ", ".join(f"{tax.code}: {tax.amount:f}" for tax in taxes)


def _amount(booked: Booking) -> str:
    return "" if booked.total is None else f"{booked.total:f}"
