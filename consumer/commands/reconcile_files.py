"""The CSV files of `reconcile`: every difference, document and balance, and the totals of every month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from consumer.commands import csv_file
from consumer.config import private_file
from consumer.mapping import money
from consumer.reconcile import document_checks, outcomes, run_event
from consumer.reconcile.balances import Balances
from consumer.reconcile.comparison import Comparison
from consumer.reconcile.difference import Difference
from schemas.reconciliation import MonthTotal

FILE = "differences.csv"
BALANCES_FILE = "balances.csv"
TOTALS_FILE = "totals.csv"
DOCUMENTS_FILE = "documents.csv"
COLUMNS = (
    "what", "kind", "number", "lago_id", "currency", "lago", "netsuite", "netsuite_number", "cause", "act",
    "url", "customer", "billing_entity",
)  # fmt: skip
DOCUMENTS_COLUMNS = (
    "kind", "number", "lago_id", "external_id", "customer", "currency", "total", "outcome", "differences",
)  # fmt: skip
BALANCES_COLUMNS = ("customer", "billing_entity", "currency", "lago", "netsuite", "difference")
AMOUNTS = frozenset({"lago", "netsuite", "difference", "lago_total", "netsuite_total", "total"})

Rows = Iterator[Mapping[str, object]]


def write(folder: Path, comparison: Comparison, differences: Sequence[Difference]) -> None:
    """Write the four files; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / FILE, COLUMNS, _differences(differences))
    _write(folder / DOCUMENTS_FILE, DOCUMENTS_COLUMNS, _documents(comparison, differences))
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


def _differences(differences: Sequence[Difference]) -> Rows:
    for each in differences:
        yield {**asdict(each), "cause": each.likely_cause, "act": each.act}


def _documents(comparison: Comparison, differences: Sequence[Difference]) -> Rows:
    """Each of Lago's documents with what the comparison says of it."""
    for each in outcomes.of(comparison.expected.values(), differences):
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
