"""Results of credit notes whose refunds people have to make."""

from __future__ import annotations

from schemas.result import Result, SourceRef, Timings


def note_to_pay_back(amount: str, *, number: int = 1, connection: str = "netsuite-eu") -> Result:
    """The result of a note in euros that is to be paid back."""
    return Result(
        connection=connection,
        object="credit_note",
        lago_id=f"inv-{number}",
        lago_number=f"ACME-CN{number}",
        event="credit_note.created",
        status="created",
        netsuite_type="creditmemo",
        internal_id="9001",
        external_id=f"lago-cn-{number}",
        url="https://1234567.app.netsuite.com/app/accounting/transactions/custcred.nl?id=9001",
        currency="EUR",
        totals={"total": amount},
        action_needed="refund",
        action_amount=amount,
        mapping_version="1",
        attempts=1,
        written_at="2026-08-20T10:00:00Z",
        timings=Timings(latency_ms=1, call_ms=1),
        source=SourceRef(topic="lago.credit_notes", partition=0, offset=1, timestamp_ms=0),
    )
