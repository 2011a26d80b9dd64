"""The CSV files of `reconcile`: every difference, open or accepted, every document, balance and month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from consumer.commands import csv_file
from consumer.config import private_file
from consumer.mapping import money
from consumer.reconcile import acceptance, document_checks, outcomes, run_event
from consumer.reconcile.acceptance import AcceptedDifference, Division
from consumer.reconcile.balances import Balances
from consumer.reconcile.comparison import Comparison
from consumer.reconcile.difference import Difference
from schemas.reconciliation import MonthTotal

FILE = "differences.csv"
BALANCES_FILE = "balances.csv"
TOTALS_FILE = "totals.csv"
DOCUMENTS_FILE = "documents.csv"
ACCEPTED_FILE = "accepted.csv"
COLUMNS = (
    "what", "kind", "number", "lago_id", "currency", "lago", "netsuite", "netsuite_number", "cause", "act",
    "url", "customer", "billing_entity", "key",
)  # fmt: skip
DOCUMENTS_COLUMNS = (
    "kind", "number", "lago_id", "external_id", "customer", "currency", "total", "outcome", "differences",
)  # fmt: skip
ACCEPTED_COLUMNS = (*COLUMNS, "accepted_by", "accepted_at", "reason")
BALANCES_COLUMNS = ("customer", "billing_entity", "currency", "lago", "netsuite", "difference")
AMOUNTS = frozenset({"lago", "netsuite", "difference", "lago_total", "netsuite_total", "total"})

Rows = Iterable[Mapping[str, object]]


def write(folder: Path, comparison: Comparison, division: Division) -> None:
    """Write the five files; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / FILE, COLUMNS, map(row_of, division.open))
    _write(folder / ACCEPTED_FILE, ACCEPTED_COLUMNS, map(accepted_row, division.accepted))
    _write(folder / DOCUMENTS_FILE, DOCUMENTS_COLUMNS, _documents(comparison, division))
    _write(folder / BALANCES_FILE, BALANCES_COLUMNS, accounts(comparison.balances))
    totals = run_event.month_totals(comparison.balances)
    _write(folder / TOTALS_FILE, tuple(MonthTotal.model_fields), (each.model_dump() for each in totals))


def accounts(balances: Balances) -> Rows:
    """What is open of each customer by currency and billing entity, in order."""
    for account, sums in sorted(balances.open.items()):
        yield {
            "customer": account.customer,
            "billing_entity": account.billing_entity,
            "currency": account.currency,
            "lago": money.in_units(sums.lago, account.currency),
            "netsuite": money.in_units(sums.netsuite, account.currency),
            "difference": money.in_units(sums.netsuite - sums.lago, account.currency),
        }


def row_of(difference: Difference) -> dict[str, str]:
    """A difference by column, with cause, act and key."""
    known = {name: value for name, value in asdict(difference).items() if name != "compared"}
    named = {"cause": difference.likely_cause, "act": difference.act, "key": acceptance.key_of(difference)}
    return known | named


def accepted_row(each: AcceptedDifference) -> dict[str, str]:
    """An accepted difference by column, with who has accepted it, when and why."""
    found = each.acceptance
    said = {"accepted_by": found.actor, "accepted_at": found.at, "reason": found.reason}
    return row_of(each.difference) | said


def _documents(comparison: Comparison, division: Division) -> Rows:
    """Each of Lago's documents with what the comparison says of it."""
    for each in outcomes.of(comparison.expected.values(), division):
        document = each.document
        yield {
            "kind": document.kind, "number": document.number, "lago_id": document.lago_id,
            "external_id": document.external_id, "customer": document.customer,
            "currency": document.currency, "outcome": each.outcome,
            "total": document_checks.shown(document.total, document),
            "differences": " ".join(each.differences),
        }  # fmt: skip


def _write(file: Path, columns: Sequence[str], rows: Rows) -> None:
    with private_file.opened(file) as out:
        csv_file.write(out, columns, rows, numbers=AMOUNTS)
