"""Accounting periods: whether there is an open one for documents of today and those since `start_date`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from consumer.config.connection import Connection
from consumer.preflight import accounting_periods, menu_paths, role
from consumer.preflight.account_facts import Facts
from consumer.preflight.accounting_periods import first, holding, last, lock
from consumer.preflight.finding import Finding, Status, ok, unknown
from schemas.reading import CatalogRow

OUTSIDE_PERIOD = "Allow Transaction Date Outside of the Posting Period"
"""The preference that allows a document to be posted to another period than that of its date."""
_NAMED_AT_MOST = 6
EFFECTS = {
    "hold": "wait",
    "reject": "are rejected",
    "next_open_period": "are posted to the next open period",
}
"""What becomes of documents of a closed period, by the connection's ``closed_period``."""


def findings(connection: Connection, facts: Facts) -> Iterator[Finding]:
    """Today's period, those since `start_date`, and whether documents may be moved out of a closed one."""
    if not facts.has("ACCOUNTINGPERIODS"):
        yield ok("period", "the account has no accounting periods")
        return
    yield from _outside(connection, facts.health.outside_period)
    found = facts.listed("periods")
    if not role.sees(facts, "periods") or found.trouble is not None:
        yield unknown("period", "accounting periods cannot be looked at", menu=menu_paths.PERIODS)
        return
    months = accounting_periods.months(found.rows.values())
    yield _today(connection, months, facts.today)
    yield from _since_start(connection, months, facts.today)


def _outside(connection: Connection, preference: str | None) -> Iterator[Finding]:
    if connection.closed_period != "next_open_period":
        return
    if preference is None:
        yield unknown(
            "period.outside",
            f"NetSuite does not tell the preference {OUTSIDE_PERIOD}",
            menu=menu_paths.ACCOUNTING_PREFERENCES,
            fix="see that it is Warn or Allow",
        )
    elif preference.lower().startswith("dis"):
        yield Finding(
            id="period.outside",
            status="fail",
            says=f"{OUTSIDE_PERIOD} is {preference.capitalize()}: documents of closed periods are refused, "
            "though closed_period is next_open_period",
            menu=menu_paths.ACCOUNTING_PREFERENCES,
            fix=f"set {OUTSIDE_PERIOD} to Warn or Allow, or closed_period to hold or reject",
            where=connection.at("closed_period"),
        )


def _today(connection: Connection, months: Sequence[CatalogRow], today: date) -> Finding:
    day = today.isoformat()
    current = holding(months, day)
    if current is None:
        return Finding(
            id="period",
            status="fail",
            says=f"no accounting period holds today, {day}",
            menu=menu_paths.PERIODS,
            fix="set up the year",
        )
    shut = lock(current)
    if shut is None:
        return ok("period", f"{current.name} is open")
    has_later = any(first(row) > day and lock(row) is None for row in months)
    return _shut(connection, current, shut, has_later=has_later)


def _shut(connection: Connection, current: CatalogRow, shut: str, *, has_later: bool) -> Finding:
    policy = connection.closed_period
    goes_on = policy == "next_open_period" and has_later
    status: Status = "warn" if goes_on else "fail"
    becomes = EFFECTS[policy] if goes_on or policy != "next_open_period" else "find no open period"
    return Finding(
        id="period",
        status=status,
        says=f"{current.name} is {shut}: documents of today {becomes}",
        menu=menu_paths.PERIODS,
        fix="open the period, or set closed_period",
        where=connection.at("closed_period"),
    )


def _since_start(connection: Connection, months: Sequence[CatalogRow], today: date) -> Iterator[Finding]:
    """Months before today's: with a `start_date`, documents of those months are still to be carried."""
    start, day = connection.start_date, today.isoformat()
    current = holding(months, day)
    end = first(current) if current else day
    if start is None or start.isoformat() >= end:
        return
    past = [row for row in months if last(row) >= start.isoformat() and first(row) < end]
    shut = [f"{row.name} ({word})" for row in past if (word := lock(row)) is not None]
    if shut:
        effect = EFFECTS[connection.closed_period]
        yield _warning(
            connection,
            f"documents issued since {start} fall into {listed(shut)} and {effect}",
            "open these periods until they are carried, set closed_period, or a later start_date",
        )
    elif (gap := _gap(past, start, end)) is not None:
        yield _warning(
            connection,
            f"no accounting period holds {gap}, and documents issued since {start} are carried",
            "set up the periods, or a later start_date",
        )


def _warning(connection: Connection, says: str, fix: str) -> Finding:
    return Finding(
        id="period.start_date",
        status="warn",
        says=says,
        menu=menu_paths.PERIODS,
        fix=fix,
        where=connection.at("start_date"),
    )


def _gap(past: Sequence[CatalogRow], start: date, end: str) -> str | None:
    """The first day from `start` to before `end` that is in none of the periods; None when there is none."""
    day = start.isoformat()
    for row in past:
        if first(row) > day:
            return day
        day = (date.fromisoformat(last(row)) + timedelta(days=1)).isoformat()
    return day if day < end else None


def listed(names: Sequence[str]) -> str:
    """The first names of periods, and how many more there are."""
    more = len(names) - _NAMED_AT_MOST
    return ", ".join(names[:_NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")
