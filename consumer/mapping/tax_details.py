"""
SuiteTax details: the NetSuite tax codes of each line, with their amounts.

A fee has only the sum of its taxes' rates (lago-api ``V1::FeeSerializer``); its taxes are found by the rates
of the document's taxes, when only one set of them has this sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

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


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRules:
    """The tax settings of a document, and their path."""

    tax: Tax
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
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


def details(
    lines: Sequence[Line],
    shares: Sequence[int],
    applied: Sequence[AppliedTax],
    rules: TaxRules,
    decision_log: DecisionLog,
) -> tuple[Part, ...]:
    """The taxes of all lines; an ambiguous or unmapped one is a problem in the decision log."""
    found: list[Part] = []
    for line, share in zip(lines, shares, strict=True):
        found.extend(_parts(line, share, applied, rules, decision_log))
    return tuple(found)


def amounts(
    parts: Sequence[Part], lines: Sequence[Line], shares: Sequence[int], applied: Sequence[AppliedTax]
) -> tuple[int, ...]:
    """
    The amount of each part in subunits; they add up to the sum of `shares`.

    Each tax gets Lago's own amount of it, so that a tax return by code agrees with Lago's; when Lago's
    amounts by tax do not add up to the document's tax, every line keeps its share.
    """
    by_tax = _by_tax(parts, sum(shares), applied)
    if by_tax is not None:
        return by_tax
    found = [0] * len(parts)
    for line, share in zip(lines, shares, strict=True):
        places = [place for place, part in enumerate(parts) if part.line is line]
        if not _put(found, places, share, parts) and places:
            found[places[0]] = share  # a tax without a rate: roundings of earlier credit notes
    return tuple(found)


def _by_tax(parts: Sequence[Part], total: int, applied: Sequence[AppliedTax]) -> tuple[int, ...] | None:
    wanted = {tax.tax_code: tax.amount_cents for tax in applied}
    if len(wanted) != len(applied) or len(applied) < 2 or sum(wanted.values()) != total:
        return None
    if any(part.lago_code not in wanted for part in parts):
        return None
    found = [0] * len(parts)
    for code, cents in wanted.items():
        places = [place for place, part in enumerate(parts) if part.lago_code == code]
        exact = sum((_exact(parts[place], parts) for place in places), Decimal(0))
        if abs(exact - cents) > len(places) + 1 or not _put(found, places, cents, parts):
            return None
    return tuple(found)


def _put(found: list[int], places: Sequence[int], cents: int, parts: Sequence[Part]) -> bool:
    """Allocate an amount to parts; False when all weights are zero and the amount is not."""
    weights = [_exact(parts[place], parts) for place in places]
    if not any(weights):
        return not cents
    for place, share in zip(
        places, money.share_out(cents, weights, [_order(parts[each]) for each in places]), strict=True
    ):
        found[place] = share
    return True


def _exact(part: Part, parts: Sequence[Part]) -> Decimal:
    """The part's share of its line's exact tax, by rate."""
    whole = sum((each.rate for each in parts if each.line is part.line), Decimal(0))
    return part.line.exact_tax * part.rate / whole if whole else Decimal(0)


def _order(part: Part) -> str:
    return f"{part.line.ref} {part.lago_code} {part.type} {part.code}"


def _parts(
    line: Line, share: int, applied: Sequence[AppliedTax], rules: TaxRules, decision_log: DecisionLog
) -> tuple[Part, ...]:
    candidates = list(_taxes_with_rate(line.tax_rate, applied))
    if not share and not line.exact_tax:
        return _untaxed(line, candidates, rules)
    # A tax of zero percent is no tax for an amount: that gets the connection's default code.
    candidates = candidates if line.tax_rate else []
    resolved = [_resolved(line, taxes, rules) for taxes in candidates] or [
        _resolved(line, (_unnamed(line),), rules)
    ]
    if len({_codes(each) for each in resolved}) > 1:
        return _ambiguous(line, candidates, rules, decision_log)
    if any(not part.type or not part.code for part in resolved[0]):
        return _unmapped(line, candidates, rules, decision_log)
    return tuple(replace(part, asked=_asked(part, rules)) for part in resolved[0])


def note(parts: Sequence[Part], cents: Sequence[int], decision_log: DecisionLog) -> None:
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
    return tuple(replace(part, asked=(part.rule,)) for part in parts if part.type and part.code)


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


def _unnamed(line: Line) -> AppliedTax:
    """The tax of a line whose rate matches none of the document's: it gets the connection's default code."""
    return AppliedTax(tax_rate=line.tax_rate)


def _resolved(line: Line, taxes: Sequence[AppliedTax], rules: TaxRules) -> tuple[Part, ...]:
    """The parts of a line; taxes with the same NetSuite code are one part, with the sum of their rates."""
    merged: dict[tuple[str, str], Part] = {}
    for tax in taxes:
        part = _part(line, tax, rules)
        same = merged.get((part.type, part.code))
        merged[part.type, part.code] = (
            part if same is None else replace(same, lago_code=None, rate=same.rate + part.rate, rule=rules.at)
        )
    if len(merged) == 1:
        # One code for all taxes: the rate is the line's own.
        return tuple(replace(part, rate=line.tax_rate) for part in merged.values())
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


def _codes(parts: Sequence[Part]) -> frozenset[tuple[str, str]]:
    return frozenset((part.type, part.code) for part in parts)


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
