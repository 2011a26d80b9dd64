"""A month of a small company as the topics have it: four causes, a refund, what waits, two month ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from consumer.record import Record
from tests.support import connection_files, lago
from tests.support import topic_records as topics

NOW = datetime(2026, 8, 1, 9, 30, tzinfo=UTC)
UNMAPPED_NUMBER = "HOO-6202-202607-004"
LATER_NUMBER = "HOO-6202-202607-009"
CLOSED_NUMBER = "HOO-A268-202607-003"
NAMELESS_NUMBER = "HOO-3F2B-202607-001"
SETTING = "mapping.billable_metrics.gpu_hours"
GPU_HINT = f"add {SETTING} (or mapping.fallback_item) to connection netsuite-eu at connections.yaml:33"
GPU_HOURS = "no NetSuite item is mapped for charge 'gpu_hours' (GPU hours)"
NAMELESS = "NetSuite needs a company name and customer cus_nameless has none"
CLOSED = "the accounting period of 2026-03-31 (Mar 2026) is closed: You cannot change the G/L impact of it."
IN_LAGO = "https://app.getlago.com/hooli/customer/c3a6f2de-2c3b-4d77-9a7e-0d7f8b1a2c03/invoice/inv-3/overview"
PLAN = {
    "counts": {"customer": 0, "invoice": 12},
    "sums": {"customer": {}, "invoice": {"EUR": "18051.60", "USD": "468.25"}},
    "left_out": {"invoice draft": 3},
    "lago_requests": 12,
    "minutes": 0.1,
    "closed_periods": {
        "known": True, "policy": "hold", "periods": ["Jun 2026"], "counts": {"invoice": 1},
        "sums": {"invoice": {"EUR": "548.90"}}, "without_period": 0,
    },
}  # fmt: skip
UNMAPPED_AMOUNT = "50.00 USD"
WRITTEN = 61
BASE_URL = "https://1234567-sb1.app.netsuite.com/app/accounting/transactions"


def records() -> Iterator[Record]:
    """All records, in the order of each topic."""
    yield from failures()
    yield from results()
    yield from waiting()
    yield from acts()
    yield from reconciliations()


def connections() -> str:
    """The file of the connections: as complete as can be, but for the metric and everything else."""
    mapping = {name: rule for name, rule in connection_files.FULL_MAPPING.items() if name != "fallback_item"}
    return connection_files.yaml_text(connection_files.settings(mapping=mapping))


def events() -> list[bytes | None]:
    """The invoices of the first cause, and one without fault, as Lago sent them."""
    return [
        _billed(1, UNMAPPED_NUMBER, "50"),
        _billed(2, LATER_NUMBER, "418.25"),
        _billed(7, "HOO-6202-202607-010", "12.50", code="api_calls"),
    ]


def _billed(number: int, document: str, price: str, code: str = "gpu_hours") -> bytes:
    fee = lago.fee("charge", code=code, units="1", unit_price=price)
    invoice = lago.invoice([fee], number=document, lago_id=f"inv-{number}", currency="USD")
    return lago.invoice_event("invoice.created", content=invoice)


def ms_ago(**age: float) -> int:
    """Milliseconds since the epoch of a time before `NOW`."""
    return round((NOW - timedelta(**age)).timestamp() * 1_000)


def text_ago(**age: float) -> str:
    """A time before `NOW` in RFC 3339."""
    return (NOW - timedelta(**age)).strftime("%Y-%m-%dT%H:%M:%SZ")


def failures() -> Iterator[Record]:
    """Five documents of four causes."""
    yield failed(1, UNMAPPED_NUMBER, GPU_HOURS, "50.00", "USD", "invalid_mapping", hint=GPU_HINT)
    yield failed(2, LATER_NUMBER, GPU_HOURS, "418.25", "USD", "invalid_mapping", hint=GPU_HINT)
    yield failed(3, CLOSED_NUMBER, CLOSED, "548.90", "EUR", "period_closed", details={"period": "Mar 2026"})
    yield failed(4, NAMELESS_NUMBER, NAMELESS, "1504.30", "EUR", "missing_required_field")
    yield failed(5, "", "the record is no JSON", None, None, "undecodable", kind="")


def failed(
    number: int,
    document: str,
    message: str,
    amount: str | None,
    currency: str | None,
    code: str,
    *,
    hint: str = "",
    details: dict[str, str] | None = None,
    kind: str = "invoice",
) -> Record:
    """A failure of a document, its number among them its place on the topic."""
    return topics.failed(
        number,
        offset=number,
        at_ms=ms_ago(hours=30 - 2 * number),
        object={
            "type": kind, "lago_id": kind and f"inv-{number}", "number": document or None,
            "amount": amount, "currency": currency,
        },
        accounting_provider_customer_error=topics.example("error_event")["accounting_provider_customer_error"]
        | {"provider_error": {"message": message, "error_code": code}},
        hint=hint,
        details={"issuing_date": "2026-07-31"} | (details or {}),
        first_failed_at=text_ago(hours=30 - 2 * number),
    )  # fmt: skip


def results() -> Iterator[Record]:
    """Invoices of four currencies, a customer, a payment, and a credit note whose refund a person makes."""
    currencies = (("EUR", "1358.64"), ("USD", "1522.80"), ("JPY", "234989"), ("KWD", "223.245"))
    for number in range(1, WRITTEN - 2):
        currency, total = currencies[number % 4]
        yield written(number, currency=currency, total=total)
    yield written(
        WRITTEN - 2, kind="credit_note", name="creditmemo", lago_number="HOO-E70D-202607-001-CN001",
        currency="JPY", total="79840", action_needed="refund", action_amount="79840", at_ms=ms_ago(days=3),
    )  # fmt: skip
    yield written(
        WRITTEN - 1, kind="payment", name="customerpayment", lago_number=None, currency="EUR", total="671.27",
        warnings=["the description was cut to the 999 characters of NetSuite's field"],
    )  # fmt: skip


def written(
    number: int, *, total: str, kind: str = "invoice", name: str = "invoice", at_ms: int = 0, **changes: Any
) -> Record:
    """A document that stands in NetSuite."""
    written_ms = at_ms or ms_ago(minutes=number * 20, seconds=8)
    made = datetime.fromtimestamp(written_ms / 1_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    members = {
        "object": kind, "lago_id": f"doc-{number}", "lago_number": f"HOO-B1C2-202607-{number:03}",
        "netsuite_type": name, "internal_id": str(8_000 + number), "written_at": made,
        "url": f"{BASE_URL}/transaction.nl?id={8_000 + number}", "totals": {"total": total},
        "timings": {"latency_ms": 20.0 + number, "call_ms": 12.0}, "trace_id": f"{number:032x}",
    }  # fmt: skip
    return topics.written(
        number, offset=number, at_ms=written_ms, event_offset=1_000 + number, **(members | changes)
    )


def waiting() -> Iterator[Record]:
    """A payment for its invoice, and two invoices for a period that is locked."""
    times = {"next_try": text_ago(minutes=-2), "until": text_ago(hours=-5)}
    yield topics.parked(
        71, waits_for=f"invoice {LATER_NUMBER}", amount="2520.88", currency="USD",
        reason=f"invoice {LATER_NUMBER} is not in NetSuite", since=text_ago(minutes=4), **times,
    )  # fmt: skip
    for number in (72, 73):
        yield topics.parked(
            number, offset=number, object="invoice", kind="hold", waits_for="period Aug 2026, A/R locked",
            amount="205.00", reason="the accounting period Aug 2026 is locked", since=text_ago(minutes=72),
            **times,
        )  # fmt: skip


def acts() -> Iterator[Record]:
    """What people have done so far."""
    signed = {"month": "2026-06", "documents": "71", "differences": "0", "accepted": "0"}
    signed |= {"run_id": "june", "open_EUR": "Lago 1504.30, NetSuite 1504.30"}
    yield topics.acted(
        actor="controller", act="sign_off", reason="June is closed", at=text_ago(days=29), details=signed
    )
    yield topics.acted(offset=1, actor="ada", at=text_ago(days=2), reason="the webhooks of Tuesday")
    yield job_started("plan", offset=100, command="backfill_plan", objects="invoices")
    yield job_ended("plan", offset=101, said="12 events would be sent", plan=PLAN)
    yield job_started("lost", offset=102, command="backfill")


def job_started(job_id: str, *, offset: int, **details: str) -> Record:
    """A command begins beside the pages."""
    known = {"job": job_id, "since": "2026-07-01", "until": "2026-07-31"}
    at = text_ago(minutes=300 - offset)
    reason = "the webhooks of Tuesday"
    return topics.acted(offset=offset, act="job_started", at=at, reason=reason, details=known | details)


def job_ended(job_id: str, *, offset: int, said: str, **result: Any) -> Record:
    """It is done."""
    details = {"job": job_id, "state": "done", "said": said, "result": json.dumps(result)}
    at = text_ago(minutes=300 - offset)
    return topics.acted(offset=offset, act="job_ended", at=at, reason="", details=details)


def reconciliations() -> Iterator[Record]:
    """Last night's, which finds what failed, and one before it in balance."""
    yield reconciled("june", ended_at=text_ago(days=30), offset=0)
    yield reconciled(
        "july",
        offset=1,
        ended_at=text_ago(minutes=2),
        outcome="not_in_balance",
        difference_count=3,
        totals=[
            total("EUR", 31, "42118.06", 29, "40064.86"),
            total("USD", 18, "27410.55", 16, "26942.30"),
            total("JPY", 9, "2114903", 9, "2114903"),
            total("KWD", 7, "1562.715", 7, "1562.715"),
        ],
        differences=[
            difference(NAMELESS_NUMBER, "inv-4", "1504.30 EUR", f"missing_required_field: {NAMELESS}"),
            difference(CLOSED_NUMBER, "inv-3", "548.90 EUR", f"period_closed: {CLOSED}"),
            difference(UNMAPPED_NUMBER, "inv-1", "50.00 USD", f"invalid_mapping: {GPU_HOURS}"),
        ],
    )


def reconciled(run: str, **changes: Any) -> Record:
    """A comparison of all documents; in balance where nothing else is said."""
    members = {
        "run_id": run, "since": None, "until": None, "customers": [], "outcome": "in_balance",
        "difference_count": 0, "differences": [], "differences_by_kind": {},
        "documents": {"invoice": 65, "credit_note": 2, "payment": 11},
        "totals": [total("EUR", 31, "42118.06", 31, "42118.06")],
    }  # fmt: skip
    return topics.reconciled(**(members | changes))


def total(currency: str, lago: int, lago_total: str, netsuite: int, netsuite_total: str) -> dict[str, Any]:
    """Invoices of July in one currency, on both sides."""
    return {
        "month": "2026-07", "kind": "invoice", "currency": currency, "lago_count": lago,
        "lago_total": lago_total, "netsuite_count": netsuite, "netsuite_total": netsuite_total,
    }  # fmt: skip


def difference(number: str, lago_id: str, amount: str, cause: str) -> dict[str, Any]:
    """An invoice that is not in NetSuite."""
    return {
        "what": "missing", "kind": "invoice", "number": number, "lago_id": lago_id, "customer": "cus_hooli",
        "billing_entity": "hooli_de", "currency": amount[-3:], "lago": amount, "netsuite": "",
        "netsuite_number": "", "cause": cause, "act": "send it again: lago-netsuite reconcile --repair --go",
        "url": "", "key": lago_id, "digest": amount,
    }  # fmt: skip
