"""
Lago's tax in NetSuite's form, equal to Lago's to the subunit.

Lago rounds the tax of each fee and the tax of the invoice separately, so they may differ by a subunit (three
times 3.33 at 20 % give 2.01 by fees, 2.00 by invoice). NetSuite's tax is always the sum of the lines' taxes.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from itertools import chain
from typing import Any, assert_never

import msgspec

from consumer.config.mapping_rules import Tax
from consumer.mapping import money, tax_details
from consumer.mapping.decision_log import DecisionLog
from consumer.mapping.line import Line
from consumer.mapping.tax_details import Part, TaxRules
from schemas.invoice import AppliedTax, Invoice

RATE_DECIMALS = Decimal("0.00001")


class TaxShape(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a tax mode adds to a document.

    Attributes:
        has_references: every line has a tax details reference, also one without tax details.
        is_suppressed: NetSuite is to compute no tax of its own, as SuiteTax does at every save (Oracle
            chapter_N3191224) and other accounts do by the customer's tax item.
    """

    columns: dict[str, Any] = msgspec.field(default_factory=dict)
    details: tuple[dict[str, str], ...] = ()
    has_references: bool = False
    extra_line: dict[str, Any] | None = None
    is_suppressed: bool = False

    @property
    def is_in_lines(self) -> bool:
        """Whether the tax is an item line, so that NetSuite's own tax is zero."""
        return self.extra_line is not None


def rules_for(entity: str | None, decision_log: DecisionLog) -> tuple[Tax, str]:
    """The tax rules of the billing entity, else of the organisation, and their path."""
    mapping = decision_log.connection.mapping
    of_entity = mapping.billing_entities.get(entity or "")
    if of_entity is not None and of_entity.tax is not None:
        return of_entity.tax, f"mapping.billing_entities.{entity}.tax"
    return mapping.tax or Tax(), "mapping.tax"


def share_out(lines: Sequence[Line], tax_cents: int, leeway: int) -> tuple[int, ...] | None:
    """
    The tax of each line, in subunits; the sum is the document's tax.

    `leeway` is the largest difference by rounding, in subunits; None when the difference is larger, which
    means that the tax of a line is missing or wrong.
    """
    exact = [line.exact_tax for line in lines]
    if abs(sum(exact, Decimal(0)) - tax_cents) > leeway:
        return None
    if not any(exact):
        return tuple(0 for _ in lines) if not tax_cents else None
    return money.share_out(tax_cents, exact, [line.ref for line in lines])


def invoice_rate(invoice: Invoice) -> Decimal:
    """
    The tax rate of the whole invoice in percent, which events do not contain.

    It is only shown on lines without tax: the rates weighted by their bases; without a base, the mean of the
    fees' rates, as Lago computes it.
    """
    with localcontext(prec=60):
        base = invoice.sub_total_excluding_taxes_amount_cents
        fees = invoice.fees or ()
        if base:
            taxes = invoice.applied_taxes
            rate = sum((tax.fees_amount_cents * tax.tax_rate / base for tax in taxes), Decimal(0))
        else:
            rate = sum((fee.taxes_rate for fee in fees), Decimal(0)) / max(len(fees), 1)
        rounded = rate.quantize(RATE_DECIMALS, ROUND_HALF_UP).normalize()
    return Decimal(money.plain(rounded))


def shape(
    lines: Sequence[Line],
    shares: Sequence[int],
    currency: str,
    tax: tuple[Tax, str],
    decision_log: DecisionLog,
    applied: Sequence[AppliedTax] = (),
) -> TaxShape:
    """The columns, tax details or extra line of the tax in the connection's tax mode."""
    rules, where = tax
    total = sum(shares)
    decision_log.chose("tax mode", rules.mode, f"{where}.mode")
    match rules.mode:
        case "suitetax":
            return _suitetax(lines, shares, currency, tax, decision_log, applied)
        case "legacy":
            return _legacy(total, currency, tax, decision_log)
        case "tax_line":
            return _tax_line(total, currency, tax, decision_log)
        case "none":
            if total:
                decision_log.refuse(
                    "total_mismatch",
                    f"the document carries a tax of {money.major(total, currency)} {currency}, "
                    "but this connection writes none",
                    f"choose another {where}.mode at {decision_log.connection.at(where)}",
                    key=f"{where}.mode",
                )
            return TaxShape(is_suppressed=True)
        case _:
            assert_never(rules.mode)


def _suitetax(
    lines: Sequence[Line],
    shares: Sequence[int],
    currency: str,
    tax: tuple[Tax, str],
    decision_log: DecisionLog,
    applied: Sequence[AppliedTax],
) -> TaxShape:
    rules, where = tax
    columns: dict[str, Any] = {"taxregoverride": True, "taxdetailsoverride": True}
    columns |= {"nexus": rules.nexus} if rules.nexus else {}
    is_mapped = bool(rules.type and rules.code) or bool(rules.taxes)
    if not is_mapped:
        if any(shares):
            decision_log.refuse(
                "invalid_mapping",
                "the document carries tax, but no NetSuite tax type and code are mapped",
                f"set {where}.type and {where}.code at {decision_log.connection.at(where)}",
                key=where,
            )
        return TaxShape(columns=columns)
    parts = tax_details.details(lines, shares, applied, TaxRules(tax=rules, at=where), decision_log)
    flat = list(chain.from_iterable(parts))
    amounts = tax_details.amounts(parts, shares, applied)
    tax_details.note(flat, amounts, decision_log)
    details = tuple(_detail(part, cents, currency) for part, cents in zip(flat, amounts, strict=True))
    return TaxShape(columns=columns, details=details, has_references=True)


def _detail(part: Part, cents: int, currency: str) -> dict[str, str]:
    return {
        "taxdetailsreference": part.line.ref,
        "taxamount": money.major(cents, currency),
        "taxbasis": "1",  # as in Lago's payload: with the override NetSuite keeps the amount
        "taxrate": f"{part.rate:f}",
        "taxtype": part.type,
        "taxcode": part.code,
    }


def _legacy(total: int, currency: str, tax: tuple[Tax, str], decision_log: DecisionLog) -> TaxShape:
    rules, where = tax
    if total and not rules.code:
        decision_log.refuse(
            "invalid_mapping",
            "the document carries tax, but no NetSuite tax item is mapped",
            f"set {where}.code at {decision_log.connection.at(where)}",
            key=f"{where}.code",
        )
    amount = money.major(total, currency)
    columns = {"istaxable": True, "taxitem": rules.code, "taxamountoverride": amount}
    return TaxShape(columns=columns if rules.code else {})


def _tax_line(total: int, currency: str, tax: tuple[Tax, str], decision_log: DecisionLog) -> TaxShape:
    rules, where = tax
    if not total:
        return TaxShape(is_suppressed=True)
    if not rules.item:
        decision_log.refuse(
            "invalid_mapping",
            "the document carries tax, but no NetSuite item is mapped for the tax line",
            f"set {where}.item at {decision_log.connection.at(where)}",
            key=f"{where}.item",
        )
        return TaxShape()
    decision_log.chose("line tax", rules.item, f"{where}.item", cents=total)
    amount = money.major(total, currency)
    line = {"item": rules.item, "quantity": "1", "rate": amount, "amount": amount, "description": "Tax"}
    return TaxShape(extra_line=line, is_suppressed=True)
