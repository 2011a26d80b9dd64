"""Events as small as the matrix needs them: invoices of one customer, and that customer's own updates."""

from __future__ import annotations

from tests import lago_events

UNREADABLE = b"{broken"
UNMAPPED = lago_events.invoice_event(
    content=lago_events.invoice(currency="GBP", lago_id=lago_events.id_of("unmapped"))
)


def ignored(number: int) -> bytes:
    """An event that a rule ignores."""
    content = {"lago_id": lago_events.id_of("ignored", number)}
    return lago_events.body(lago_events.event("fee.created", content, object_type="fee"))


def invoice(number: int) -> bytes:
    return lago_events.invoice_event(lago_id=lago_events.id_of("matrix", number), number=f"M-{number}")


def invoices(count: int) -> list[bytes]:
    return [invoice(number) for number in range(count)]


def document(number: int) -> str:
    """The external id of that invoice."""
    return f"lago-inv-{lago_events.id_of('matrix', number)}"


def customer(updated_at: str) -> bytes:
    return lago_events.customer_event(updated_at=updated_at)


CUSTOMER = f"lago-cus-{lago_events.CUSTOMER_ID}"
