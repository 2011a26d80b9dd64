"""What a document of a shadow costs in memory is the same for many as for few."""

import asyncio
import tracemalloc

from tests.memory import shadow

FEW, MANY = 300, 1_000
LIMIT_BYTES = 2_900
"""Of an invoice and its unmarked payment: 50,000 of both fit into 200 MB beside the program."""


def peak_bytes(count):
    tracemalloc.start()
    try:
        assert asyncio.run(shadow.read(count)) == (0, calls(count))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def calls(count):
    return -(-count // shadow.LEDGER_PAGE) + -(-count // 100)


def test_an_invoice_and_its_unmarked_payment_cost_a_fixed_amount_of_memory(monkeypatch):
    """Records of NetSuite pass by, and only their ids are kept."""
    monkeypatch.setattr(shadow, "LEDGER_PAGE", 100)
    monkeypatch.setattr(shadow, "CUSTOMERS", 20)
    peak_bytes(100)

    assert (peak_bytes(MANY) - peak_bytes(FEW)) / (MANY - FEW) < LIMIT_BYTES
