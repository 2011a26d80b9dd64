"""Build a document with lines and taxes whose total equals Lago's to the subunit, or refuse it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from consumer.mapping import money, taxes
from consumer.mapping.decision_log import DecisionLog
from consumer.mapping.line import Line
from consumer.mapping.taxes import TaxShape
from schemas.invoice import AppliedTax


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """
    Lago's amounts of a document, in subunits, and its label for messages.

    Attributes:
        label: ``invoice ACME-001``.
        total_cents: the total that NetSuite must compute.
        rounded_parts: how many amounts Lago has rounded; each may differ by one subunit.
    """

    label: str
    currency: str
    billing_entity: str | None
    tax_cents: int
    total_cents: int
    rounded_parts: int
    applied_taxes: Sequence[AppliedTax] = ()


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """Lines with their taxes, which add up to Lago's total."""

    figures: Figures
    lines: tuple[Line, ...]
    tax: TaxShape
    shares: tuple[int, ...]

    @property
    def expect(self) -> dict[str, str]:
        """The totals that NetSuite must compute, as decimal text in units of the currency."""
        in_lines = sum(self.shares) if self.tax.is_in_lines else 0
        subtotal = sum(line.cents for line in self.lines) + in_lines
        amounts = {
            "subtotal": subtotal,
            "tax": sum(self.shares) - in_lines,
            "total": self.figures.total_cents,
        }
        return {name: money.major(cents, self.figures.currency) for name, cents in amounts.items()}

    def record(
        self, record_type: str, columns: dict[str, Any], sublists: Sequence[dict[str, Any]] = ()
    ) -> dict[str, Any]:
        """The record instruction in Lago's shape; `sublists` follow the item lines."""
        is_named = self.tax.has_references
        lines = [line.fields | ({"taxdetailsreference": line.ref} if is_named else {}) for line in self.lines]
        if self.tax.extra_line is not None:
            lines.append(self.tax.extra_line)
        record: dict[str, Any] = {
            "type": record_type,
            "columns": columns | self.tax.columns,
            "lines": [{"sublistId": "item", "lineItems": lines}, *sublists],
        }
        if self.tax.details:
            record["taxdetails"] = [{"sublistId": "taxdetails", "lineItems": list(self.tax.details)}]
        suppressed = {"withoutTax": True} if self.tax.is_suppressed else {}
        return record | {"options": {"ignoreMandatoryFields": False} | suppressed}


def build(lines: tuple[Line, ...], figures: Figures, decision_log: DecisionLog) -> Document | None:
    """
    The document; None, with a problem in the decision log, when its parts do not add up to Lago's total.
    """
    shares = taxes.share_out(lines, figures.tax_cents, figures.rounded_parts)
    currency = figures.currency
    if shares is None:
        of_lines = sum((line.exact_tax for line in lines), Decimal(0)) / money.subunits_per_unit(currency)
        ours, theirs = f"{of_lines.normalize():f}", money.major(figures.tax_cents, currency)
        _refuse(
            decision_log,
            figures,
            f"the lines' taxes add up to {ours} {currency}, Lago's tax is {theirs} {currency}",
        )
        return None
    rules = taxes.rules_for(figures.billing_entity, decision_log)
    shape = taxes.shape(lines, shares, currency, rules, decision_log, figures.applied_taxes)
    total = sum(line.cents for line in lines) + sum(shares)
    if total != figures.total_cents:
        ours, theirs = money.major(total, currency), money.major(figures.total_cents, currency)
        _refuse(
            decision_log,
            figures,
            f"lines and taxes add up to {ours} {currency}, Lago's total is {theirs} {currency}",
        )
        return None
    return Document(figures=figures, lines=lines, tax=shape, shares=shares)


def _refuse(decision_log: DecisionLog, figures: Figures, sums: str) -> None:
    decision_log.refuse(
        "total_mismatch",
        f"{figures.label}: {sums}",
        "compare the event with the document in Lago; a line, a discount or a tax is missing from it",
    )
