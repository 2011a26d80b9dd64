"""The pages of the console, each with what it shows of the month."""

from __future__ import annotations

from consumer.console.page import PAGES
from tests.browser import month

OF_MENU = tuple(path for path, _ in PAGES)
DEEPER = (
    "/failures/error-1",
    "/records/netsuite-eu/payment/doc-60",
    "/records/netsuite-eu/invoice/inv-3",
    "/reconciliation/netsuite-eu:june",
    f"/search?q={month.UNMAPPED_NUMBER}",
    "/search?q=nothing",
    "/failures/none",
    "/failures?assigned=nobody&object=invoice",
    "/acts/replay?connection=netsuite-eu",
    "/acts/ignore?error_id=error-3",
    "/reconciliation/months",
    "/jobs/plan",
    "/jobs/lost",
)
ALL = (*OF_MENU, *DEEPER)
