"""
SuiteTax details: the NetSuite tax codes of each line, with their amounts.

A fee has only the sum of its taxes' rates (lago-api ``V1::FeeSerializer``); its taxes are found by the rates
of the document's taxes, when only one set of them has this sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import chain, combinations

import msgspec
from msgspec import structs

from consumer.config.mapping_rules import Tax
from consumer.mapping import money
from consumer.mapping.decision_log import DecisionLog
from consumer.mapping.line import Line
from schemas.invoice import AppliedTax

# Rates are rounded to five decimals one by one, so a sum of n rates may differ by n units of the last
# decimal.
_ROUNDING = Decimal("0.00001")
# No line has more taxes; the limits bound the number of subsets that are tried.
MOST_TAXES_OF_A_LINE = 4
MOST_TAXES_OF_A_DOCUMENT = 24


class TaxRules(msgspec.Struct, frozen=True, kw_only=True):
    """The tax settings of a document, and their path."""

    tax: Tax
    at: str


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """
    One tax of one line.

    Attributes:
        lago_code: code of Lago's tax; None when only the rate is known.
        rate: in percent.
        rule: path of the setting with type and code.
        asked: the settings that could have decided.
    """

    line: Line
    lago_code: str | None
    rate: Decimal
    type: str
    code: str
    rule: str
    asked: tuple[str, ...] = ()


Parts = Sequence[tuple[Part, ...]]
"""The taxes of each line of a document."""


def details(
    lines: Sequence[Line],
    shares: Sequence[int],
    applied: Sequence[AppliedTax],
    rules: TaxRules,
    decision_log: DecisionLog,
) -> Parts:
    """The taxes of each line; an ambiguous or unmapped one is a problem in the decision log."""
    with_rate = {rate: tuple(_taxes_with_rate(rate, applied)) for rate in {line.tax_rate for line in lines}}
    return [
        _parts(line, share, with_rate[line.tax_rate], rules, decision_log)
        for line, share in zip(lines, shares, strict=True)
    ]


def amounts(parts: Parts, shares: Sequence[int], applied: Sequence[AppliedTax]) -> tuple[int, ...]:
    """
    The amount of each part in subunits; they add up to the sum of `shares`.

    Each tax gets Lago's own amount of it, so that a tax return by code agrees with Lago's; when Lago's
    amounts by tax do not add up to the document's tax, every line keeps its share.
    """
    by_tax = _by_tax(parts, sum(shares), applied) if len(applied) > 1 else None
    if by_tax is not None:
        return by_tax
    each = (_of_line(of_line, share) for of_line, share in zip(parts, shares, strict=True))
    return tuple(chain.from_iterable(each))


def _of_line(parts: Sequence[Part], share: int) -> Sequence[int]:
    if len(parts) == 1:
        return (share,)
    # A tax without a rate: roundings of earlier credit notes.
    found = _put(share, parts, _exact(parts))
    return found if found is not None else (share, *[0] * len(parts))[: len(parts)]


def _by_tax(parts: Parts, total: int, applied: Sequence[AppliedTax]) -> tuple[int, ...] | None:
    wanted = {tax.tax_code: tax.amount_cents for tax in applied}
    if len(wanted) != len(applied) or sum(wanted.values()) != total:
        return None
    flat = list(chain.from_iterable(parts))
    if any(part.lago_code not in wanted for part in flat):
        return None
    weights = list(chain.from_iterable(map(_exact, parts)))
    found = [0] * len(flat)
    for code, cents in wanted.items():
        places = [place for place, part in enumerate(flat) if part.lago_code == code]
        exact = [weights[place] for place in places]
        shared = _put(cents, [flat[place] for place in places], exact)
        if shared is None or abs(sum(exact, Decimal(0)) - cents) > len(places) + 1:
            return None
        for place, share in zip(places, shared, strict=True):
            found[place] = share
    return tuple(found)


def _put(cents: int, parts: Sequence[Part], weights: Sequence[Decimal]) -> tuple[int, ...] | None:
    """An amount shared out over parts; None when all weights are zero and the amount is not."""
    if not any(weights):
        return None if cents else (0,) * len(parts)
    return money.share_out(cents, weights, [_order(part) for part in parts])


def _exact(parts: Sequence[Part]) -> list[Decimal]:
    """The shares of a line's parts in its exact tax, by rate."""
    whole = sum((part.rate for part in parts), Decimal(0))
    return [part.line.exact_tax * part.rate / whole if whole else Decimal(0) for part in parts]


def _order(part: Part) -> str:
    return f"{part.line.ref} {part.lago_code} {part.type} {part.code}"


def _parts(
    line: Line,
    share: int,
    candidates: Sequence[tuple[AppliedTax, ...]],
    rules: TaxRules,
    decision_log: DecisionLog,
) -> tuple[Part, ...]:
    if not share and not line.exact_tax:
        return _untaxed(line, candidates, rules)
    # A rate that is none of the document's gets the connection's default code, as does a tax of zero percent:
    # that is no tax for an amount.
    candidates = candidates if line.tax_rate else ()
    taxes_of_line = candidates or ((AppliedTax(tax_rate=line.tax_rate),),)
    resolved = [_resolved(line, taxes, rules) for taxes in taxes_of_line]
    if (
        len(resolved) > 1
        and len({frozenset((part.type, part.code) for part in each) for each in resolved}) > 1
    ):
        return _ambiguous(line, candidates, rules, decision_log)
    if any(not part.type or not part.code for part in resolved[0]):
        return _unmapped(line, candidates, rules, decision_log)
    return tuple(structs.replace(part, asked=_asked(part, rules)) for part in resolved[0])


def note(parts: Iterable[Part], cents: Sequence[int], decision_log: DecisionLog) -> None:
    """Add each part to the decision log, with its amount in subunits."""
    for part, amount in zip(parts, cents, strict=True):
        chosen = f"{part.type}/{part.code}"
        decision_log.chose(f"tax {part.line.ref}", chosen, part.rule, asked=part.asked, cents=amount)


def _untaxed(line: Line, candidates: Sequence[tuple[AppliedTax, ...]], rules: TaxRules) -> tuple[Part, ...]:
    """
    The details of a line without tax: none, since NetSuite refuses one for an item that is not taxable.

    A tax of zero percent with a mapping of its own has a detail: reports of exempt sales need it.
    """
    named = candidates[0][0].tax_code if len(candidates) == 1 and not line.tax_rate else None
    if not named or named not in rules.tax.taxes:
        return ()
    parts = _resolved(line, candidates[0], rules)
    return tuple(structs.replace(part, asked=(part.rule,)) for part in parts if part.type and part.code)


def _taxes_with_rate(rate: Decimal, applied: Sequence[AppliedTax]) -> Iterator[tuple[AppliedTax, ...]]:
    """The sets of the document's taxes whose rates add up to `rate`, within rounding."""
    named = [tax for tax in applied if tax.tax_code and bool(tax.tax_rate) == bool(rate)]
    if not rate:
        yield from ((tax,) for tax in named)
        return
    for size in range(1, min(MOST_TAXES_OF_A_LINE, len(named[:MOST_TAXES_OF_A_DOCUMENT])) + 1):
        for taxes in combinations(named[:MOST_TAXES_OF_A_DOCUMENT], size):
            if abs(sum((tax.tax_rate for tax in taxes), Decimal(0)) - rate) <= _ROUNDING * size:
                yield taxes


def _resolved(line: Line, taxes: Sequence[AppliedTax], rules: TaxRules) -> tuple[Part, ...]:
    """The parts of a line; taxes with the same NetSuite code are one part, with the sum of their rates."""
    merged: dict[tuple[str, str], Part] = {}
    for tax in taxes:
        part = _part(line, tax, rules)
        if (same := merged.get((part.type, part.code))) is not None:
            part = structs.replace(same, lago_code=None, rate=same.rate + part.rate, rule=rules.at)
        merged[part.type, part.code] = part
    if len(merged) == 1:
        # One code for all taxes: the rate is the line's own.
        return tuple(structs.replace(part, rate=line.tax_rate) for part in merged.values())
    return tuple(merged.values())


def _part(line: Line, tax: AppliedTax, rules: TaxRules) -> Part:
    special = rules.tax.taxes.get(tax.tax_code or "")
    return Part(
        line=line,
        lago_code=tax.tax_code,
        rate=tax.tax_rate,
        type=(special and special.type) or rules.tax.type or "",
        code=(special and special.code) or rules.tax.code or "",
        rule=f"{rules.at}.taxes.{tax.tax_code}" if special is not None else rules.at,
    )


def _asked(part: Part, rules: TaxRules) -> tuple[str, ...]:
    if part.rule != rules.at:
        return part.rule, rules.at
    return (f"{rules.at}.taxes.{part.lago_code}", rules.at) if part.lago_code else (rules.at,)


def _ambiguous(
    line: Line, candidates: Sequence[tuple[AppliedTax, ...]], rules: TaxRules, decision_log: DecisionLog
) -> tuple[Part, ...]:
    codes = sorted({" and ".join(str(tax.tax_code) for tax in taxes) for taxes in candidates})
    decision_log.refuse(
        "invalid_mapping",
        f"a line is taxed at {line.tax_rate.normalize():f} %, and the rate does not tell which tax that is: "
        f"{', or '.join(codes)}, which are mapped to different NetSuite tax codes",
        f"map them to one tax code under {rules.at}.taxes at {decision_log.connection.at(rules.at)}, or give "
        "the taxes different rates in Lago",
        key=f"{rules.at}.taxes.{'|'.join(codes)}",
    )
    return ()


def _unmapped(
    line: Line, candidates: Sequence[tuple[AppliedTax, ...]], rules: TaxRules, decision_log: DecisionLog
) -> tuple[Part, ...]:
    named = " and ".join(str(tax.tax_code) for tax in candidates[0]) if candidates else ""
    decision_log.refuse(
        "invalid_mapping",
        f"no NetSuite tax code is mapped for {named or f'{line.tax_rate} % tax'}",
        f"set {rules.at}.type and {rules.at}.code at {decision_log.connection.at(rules.at)}",
        key=f"{rules.at}.taxes.{named}" if named else rules.at,
    )
    return ()
