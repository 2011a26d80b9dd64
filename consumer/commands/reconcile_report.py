"""What `reconcile` prints: sums, differences as paragraphs, and whether the books agree as the last line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from consumer.commands import console_output, reconcile_files
from consumer.commands.reconcile_repair import Repair
from consumer.mapping import money
from consumer.ops import plain_text
from consumer.reconcile import acceptance
from consumer.reconcile.acceptance import Acceptance, AcceptedDifference, Division
from consumer.reconcile.balances import Balances
from consumer.reconcile.comparison import Comparison
from consumer.reconcile.difference import TITLES, Difference
from consumer.reconcile.restoration import KeptBack
from schemas.reconciliation import MonthTotal, Reconciliation

SHOWN_MONTHS = 12
SHOWN_ACCOUNTS = 20
_WORDS = {"agrees": "agree", "differs": "differ", "unmapped": "refused by the mapping"}


def show(
    comparison: Comparison,
    division: Division,
    run: Reconciliation,
    *,
    as_json: bool,
    csv: Path | None,
    repair: Repair | None,
) -> None:
    """
    Print the outcome of one comparison.

    Args:
        comparison: both sides, read.
        division: what does not agree, and what of it somebody has accepted.
        run: what is published of the run.
        as_json: JSON in place of text.
        csv: folder for the files of `reconcile_files`; None writes none.
        repair: what is, or would be, sent again; None where that is not asked for.
    """
    if csv is not None:
        reconcile_files.write(csv, comparison, division)
    if as_json:
        kept = {"kept_back": list(map(_kept_back_row, repair.kept_back))} if repair else {}
        console_output.say_json(as_json_of(comparison, division, run) | kept)
        return
    for line in lines_of(comparison, division, run):
        console_output.say(plain_text.one_line(line))
    for line in _repair_lines(repair or Repair(), run):
        console_output.say(plain_text.one_line(line))
    console_output.say(conclusion(comparison, division, run))


def _repair_lines(repair: Repair, run: Reconciliation) -> Iterator[str]:
    for each in repair.kept_back:
        yield f"{each.difference.name} is not sent again: {each.reason}"
    if run.repaired is not None:
        yield f"{run.repaired} documents sent again; reconcile once more when they have arrived."
    elif repair.chosen:
        yield f"{len(repair.chosen)} documents would be sent again; --go sends them."


def _kept_back_row(each: KeptBack) -> dict[str, str]:
    of = each.difference
    return {"kind": of.kind, "number": of.number, "lago_id": of.lago_id, "reason": each.reason}


def lines_of(comparison: Comparison, division: Division, run: Reconciliation) -> Iterator[str]:
    """The sums, then a paragraph for each difference; those that somebody has accepted are the last ones."""
    counts = comparison.counts
    yield f"Connection {run.connection}"
    yield f"  {counts['invoice']} invoices, {counts['credit_note']} notes, {counts['payment']} payments"
    yield f"  {outcomes_of(run)}"
    for balance in run.balances:
        yield f"  open in {balance.currency}: Lago {balance.lago}, NetSuite {balance.netsuite}"
    yield from _accounts(comparison.balances)
    yield from _months(run.totals)
    for rule, count in sorted(comparison.ignored.items()):
        yield f"  left out by {rule}: {count}"
    for each in division.open:
        yield ""
        yield from _paragraph(each, division.before.get(acceptance.key_of(each)))
    for same in division.accepted:
        yield ""
        yield from _accepted(same)
    if division.open or division.accepted:
        yield ""


def outcomes_of(run: Reconciliation) -> str:
    """How many documents agree, and how many do not."""
    known = (f"{count} {_WORDS.get(outcome, outcome)}" for outcome, count in run.outcomes.items())
    return ", ".join(known) or "nothing to compare"


def _accounts(balances: Balances) -> Iterator[str]:
    """The customers whose balances differ; all balances are in the file."""
    for account, sums in islice(balances.unequal(), SHOWN_ACCOUNTS):
        where = f" at {account.billing_entity}" if account.billing_entity else ""
        yield f"    {account.customer or 'no customer'}{where}, open in {account.currency}:"
        lago, netsuite = (money.in_units(each, account.currency) for each in (sums.lago, sums.netsuite))
        yield f"      Lago {lago}, NetSuite {netsuite}"
    hidden = sum(1 for _ in balances.unequal()) - SHOWN_ACCOUNTS
    if hidden > 0:
        yield f"    and {hidden} customers more: --csv writes them all"


def _months(totals: Sequence[MonthTotal]) -> Iterator[str]:
    """The months whose totals differ, the latest last; all months are in the file."""
    unequal = [each for each in totals if not _is_equal(each)]
    for each in unequal[-SHOWN_MONTHS:]:
        yield f"  {each.month}, {each.kind.replace('_', ' ')}s in {each.currency}:"
        yield f"      Lago {each.lago_count} over {each.lago_total}"
        yield f"      NetSuite {each.netsuite_count} over {each.netsuite_total}"


def _is_equal(each: MonthTotal) -> bool:
    return (each.lago_count, each.lago_total) == (each.netsuite_count, each.netsuite_total)


def _paragraph(each: Difference, before: Acceptance | None = None) -> Iterator[str]:
    yield f"{each.name}: {TITLES[each.what]}"
    yield from _values(each)
    yield f"  {'because' if each.cause else 'likely':<8}  {each.likely_cause}"
    if before is not None:
        yield f"  before    other values were accepted {_by(before)}"
    yield f"  to do     {each.act}"
    yield from _key(each)


def _accepted(same: AcceptedDifference) -> Iterator[str]:
    each = same.difference
    yield f"{each.name}: {TITLES[each.what]}, accepted"
    yield from _values(each)
    yield f"  accepted  {_by(same.acceptance)}"
    yield from _key(each)


def _by(found: Acceptance) -> str:
    return f"by {found.actor} at {found.at}: {found.reason}"


def _key(each: Difference) -> Iterator[str]:
    yield f"  key       {acceptance.key_of(each)}"
    if each.url:
        yield f"  {each.url}"


def _values(each: Difference) -> Iterator[str]:
    if each.customer:
        where = f" at {each.billing_entity}" if each.billing_entity else ""
        yield f"  customer  {each.customer}{where}"
    if each.lago:
        yield f"  Lago      {each.lago}"
    if each.netsuite:
        yield f"  NetSuite  {each.netsuite} ({each.netsuite_number})"


def conclusion(comparison: Comparison, division: Division, run: Reconciliation) -> str:
    """The last line."""
    total, accepted = sum(comparison.counts.values()), len(division.accepted)
    if division.open:
        more = f", and {accepted} accepted" if accepted else ""
        count = len(division.open)
        return f"NOT in balance: {count} differences{more} in {total} documents of {run.connection}."
    but = f", but for {accepted} accepted differences" if accepted else ""
    return f"In balance: {total} documents of {run.connection} agree{but}."


def as_json_of(comparison: Comparison, division: Division, run: Reconciliation) -> dict[str, Any]:
    """Everything, for machines."""
    return {
        "connection": run.connection,
        "run_id": run.run_id,
        "in_balance": not division.open,
        "counts": dict(comparison.counts),
        "outcomes": dict(run.outcomes),
        "ignored": dict(comparison.ignored),
        "balances": {each.currency: {"lago": each.lago, "netsuite": each.netsuite} for each in run.balances},
        "customers": list(reconcile_files.accounts(comparison.balances)),
        "months": [each.model_dump() for each in run.totals],
        "differences": list(map(reconcile_files.row_of, division.open)),
        "accepted": list(map(reconcile_files.accepted_row, division.accepted)),
        "repaired": run.repaired,
    }
