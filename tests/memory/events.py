"""Events as small as the matrix needs them: invoices of one customer, and that customer's own updates."""

from __future__ import annotations

from tests.support import lago

UNREADABLE = b"{broken"
UNMAPPED = lago.invoice_event(content=lago.invoice(currency="GBP", lago_id=lago.id_of("unmapped")))


def ignored(number: int) -> bytes:
    """An event that a rule ignores."""
    content = {"lago_id": lago.id_of("ignored", number)}
    return lago.body(lago.event("fee.created", content, object_type="fee"))


def invoice(number: int) -> bytes:
    return lago.invoice_event(lago_id=lago.id_of("matrix", number), number=f"M-{number}")


def invoices(count: int) -> list[bytes]:
    return [invoice(number) for number in range(count)]


def document(number: int) -> str:
    """The external id of that invoice."""
    return f"lago-inv-{lago.id_of('matrix', number)}"


def customer(updated_at: str) -> bytes:
    return lago.customer_event(updated_at=updated_at)


CUSTOMER = f"lago-cus-{lago.CUSTOMER_ID}"
