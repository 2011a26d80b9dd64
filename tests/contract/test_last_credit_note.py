"""From Lago's webhooks to the books: the last credit note of an invoice, with the roundings of the others."""

import pytest

from consumer.sandbox.lago import billing, crediting
from consumer.sandbox.lago.note_amounts import Part, Split
from tests.support.lago_to_netsuite import LagoToNetSuite


@pytest.mark.parametrize(
    ("price", "steps", "booked"),
    [("0.06", [1] * 6, ("5.00", "0.01", "5.01")), ("0.09", [3] * 3, ("5.00", "-0.01", "4.99"))],
)
async def test_a_last_note_of_untaxed_fees_is_booked_with_the_tax_that_is_left(price, steps, booked):
    """Earlier notes have rounded the tax of a taxed fee; the sum of all memos is the invoice's total."""
    way = LagoToNetSuite()
    way.lago.upsert_customer("acme", currency="EUR")
    sold = [
        {"code": "api_calls", "unit_price": price, "tax_rate": 19},
        {"kind": "add_on", "code": "setup", "unit_price": "5.00"},
    ]
    invoice = billing.bill(way.lago, "acme", sold)
    for cents in steps:
        parts = [Part(fee=invoice["fees"][0], cents=cents)]
        total = crediting.proposed_total(way.lago, invoice, parts)
        crediting.issue(way.lago, invoice["lago_id"], parts, Split(credit=total))
    last = crediting.credit(way.lago, invoice["lago_id"])

    carried = await way.carry()

    memos = way.records("creditmemo")
    [memo] = [one for one in memos if one["externalid"] == f"lago-cn-{last['lago_id']}"]
    assert carried.rejections == []
    assert (memo["subtotal"], memo["taxtotal"], memo["total"]) == booked
    assert round(sum(float(one["total"]) for one in memos) * 100) == invoice["total_amount_cents"]
    way.close()
