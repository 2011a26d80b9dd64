"""The console that these tests look at, with a month of two invoices."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import lago
from tests.support.console_app import Console, filled

FEES = [
    lago.fee("subscription", units="1", unit_price="100"),
    lago.fee("charge", code="api_calls", units="10", unit_price="2.5"),
    lago.fee("charge", code="gpu_hours", units="1", unit_price="7"),
]


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    with filled(tmp_path / "console.sqlite") as made:
        made.events = [lago.invoice_event("invoice.created", content=lago.invoice(FEES)), b"no JSON"]
        yield made
