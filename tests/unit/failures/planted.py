"""Eight failures of different kinds, made as the worker makes them: mapped, refused, published, read back."""

from __future__ import annotations

from typing import Any

from consumer.clock import FakeClock
from consumer.config.connection import Connection
from consumer.events.outgoing import Attempt, OutgoingEvents
from consumer.failures import failure as failures
from consumer.failures.failure import Failure
from consumer.netsuite import item_errors
from consumer.outcome import Rejected, internal_error
from consumer.record import LaneKey, Record
from schemas import envelope, wire
from tests.support import lago
from tests.support.connection_files import FULL_MAPPING, connection
from tests.support.mapping_results import mapped, refused
from tests.unit.failures.errors import source

CLOCK = FakeClock()
INVOICE = lago.invoice_event()
NOTE = lago.body(lago.event("credit_note.created", lago.credit_note()))
PAYMENT = lago.body(lago.event("payment.succeeded", lago.payment()))


def failure_of(
    event: bytes, rejected: Rejected, *, known: Connection | None = None, offset: int = 7
) -> Failure:
    """The failure as the error topic has it."""
    record = Record(source=source(offset), timestamp_ms=5, key=b"k", value=event, lane=LaneKey("lane"))
    attempt = Attempt(number=1, first_at=CLOCK.now(), now=CLOCK.now())
    published = OutgoingEvents.of(known or connection()).failure(
        record, envelope.decode(event), rejected, attempt
    )
    found = failures.read(
        Record(
            source=source(offset),
            timestamp_ms=1_785_000_000_000 + offset,
            key=published.key,
            value=published.value,
            headers=published.headers,
            lane=LaneKey("x"),
        )
    )
    assert isinstance(found, Failure)
    return found


def unmapped(event: bytes = INVOICE, **mapping: Any) -> Failure:
    """What a connection with these rules cannot map."""
    known = connection(mapping=mapping)
    return failure_of(event, refused(event, known), known=known)


def refused_by_netsuite(event: bytes, code: str, group: str, **error: Any) -> Failure:
    """What NetSuite does not take."""
    known = connection(closed_period="reject")
    answer = wire.ItemError(code=code, **{"class": group}, **error)
    rejected = item_errors.of_error(answer, mapped(event).request.items[-1], known)
    assert isinstance(rejected, Rejected)
    return failure_of(event, rejected, known=known)


def planted() -> dict[str, Failure]:
    """By name."""
    without_currency = FULL_MAPPING | {"currencies": {"USD": "1"}}
    return {
        "unmapped metric": unmapped(**{**FULL_MAPPING, "fallback_item": None, "billable_metrics": {}}),
        "unmapped currency": unmapped(NOTE, **without_currency),
        "closed period": refused_by_netsuite(
            INVOICE, "TRAN_PERIOD_CLOSED", "period_closed", message="The period is closed", period="Aug 2026"
        ),
        "overapplied": refused_by_netsuite(
            PAYMENT, "LAGO_OVERAPPLIED", "validation", message="59.50 is paid, 10.00 is due"
        ),
        "required field": refused_by_netsuite(
            INVOICE, "MISSING_REQD_FLD", "validation", message="Please enter a location", field="location"
        ),
        "script of the account": refused_by_netsuite(
            INVOICE, "KOSTENSTELLE", "unknown", message="Bitte Kostenstelle angeben."
        ),
        "defect": failure_of(PAYMENT, internal_error("KeyError", "while it mapped this event")),
        "undecodable": failure_of(
            b"{broken",
            Rejected(code="undecodable", message="not JSON: line 1", hint="produce what Lago sent"),
        ),
    }
