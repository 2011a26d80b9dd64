"""Findings about start date, accounting periods, voids, document numbers and the concurrency limit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from consumer.config.connection import Connection
from consumer.preflight import menu_paths, posting_periods
from consumer.preflight.account_facts import Facts
from consumer.preflight.finding import Finding, ok, unknown


def findings(connection: Connection, facts: Facts) -> Iterator[Finding]:
    """Everything that decides whether a document of today can be posted, and how many calls run at once."""
    if connection.start_date is not None:
        yield _start(connection, connection.start_date, facts.today)
    yield from posting_periods.findings(connection, facts)
    if connection.sync.voids:
        yield _voids(connection, facts)
    yield _concurrency(connection, facts)
    yield unknown(
        "numbers",
        "whether NetSuite lets Lago's document numbers stand cannot be read",
        menu=menu_paths.NUMBERS,
        fix="tick Allow Override for Invoice, Credit Memo and Payment; otherwise NetSuite numbers them",
    )


def _start(connection: Connection, start: date, today: date) -> Finding:
    if start <= today:
        return ok("start_date", f"documents issued from {start} on are carried")
    return Finding(
        id="start_date",
        status="warn",
        says=f"start_date is {(start - today).days} days ahead: documents issued before {start} are ignored",
        fix="set start_date to the day of the first document that NetSuite is to have",
        where=connection.at("start_date"),
    )


def _voids(connection: Connection, facts: Facts) -> Finding:
    match facts.health.voids_by_journal:
        case None:
            says = "the role may not read the accounting preferences, so how voids are done shows only then"
            return unknown("voids", says, menu=menu_paths.ACCOUNTING_PREFERENCES)
        case False:
            return ok("voids", "invoices are voided natively where nothing is applied to them")
        case True:
            return Finding(
                id="voids",
                status="warn",
                says="NetSuite voids by reversing journals, which it cannot do to invoices: "
                "a voided one gets a credit memo instead",
                menu=menu_paths.ACCOUNTING_PREFERENCES,
                fix="untick Void Transactions Using Reversing Journals, or accept the credit memos",
                where=connection.at("sync.voids"),
            )


def _concurrency(connection: Connection, facts: Facts) -> Finding:
    if not facts.at_once:
        return unknown("concurrency", "not tried", menu=menu_paths.GOVERNANCE)
    if not facts.refused:
        return ok("concurrency", f"the account took {facts.at_once} calls at once")
    return Finding(
        id="concurrency",
        status="warn",
        says=f"of {facts.at_once} calls at once the account refused some ({facts.refused} refusals)",
        menu=menu_paths.GOVERNANCE,
        fix="lower concurrency, or raise the integration's share of the account's limit",
        where=connection.at("concurrency"),
    )
