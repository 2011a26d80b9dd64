"""Outcomes that tests of several parts publish."""

from consumer.outcome import Written
from tests.support import lago

INVOICE_WRITTEN = Written(
    object="invoice",
    lago_id=lago.INVOICE_ID,
    netsuite_type="invoice",
    internal_id="9981",
    external_id=f"lago-inv-{lago.INVOICE_ID}",
    status="created",
)
