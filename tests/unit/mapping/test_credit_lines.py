"""Where billing entities are subsidiaries, a spent credit carries the line that may stand for it."""

from tests.support import lago
from tests.support.connection_files import FULL_MAPPING, connection
from tests.support.mapping_results import document

ENTITIES = {"acme-fr": {"subsidiary": "4"}}
NOTE = "0c9e5d31-7d2b-4a61-9f60-3c1b5a7e9d03"


def spent(mapping):
    """The credits of an invoice of 20.00 that spends 15.00 of a note."""
    credit = {
        "lago_id": "credit",
        "amount_cents": 1500,
        "amount_currency": "EUR",
        "before_taxes": False,
        "item": {"lago_item_id": NOTE, "type": "credit_note", "code": "CN-1", "name": "CN-1"},
    }
    content = lago.invoice([lago.fee(unit_price=20)], discounts=lago.Discounts(credit_notes=1500))
    value = lago.invoice_event(content=content, credits=[credit])
    (found,) = document(value, connection(mapping=mapping))["apply_credits"]
    assert (found["doc"], found["amount"]) == ({"externalId": f"lago-cn-{NOTE}"}, "15.00")
    return found


def test_a_credit_carries_its_line_where_subsidiaries_differ():
    """The script alone knows the memo's subsidiary."""
    fields = {"invoice_line": {"class": "7", "memo": {"expr": "fee.item.type"}}}

    found = spent(FULL_MAPPING | {"billing_entities": ENTITIES, "fields": fields})

    assert found["line"] == {
        "item": "806",
        "quantity": "1",
        "rate": "-15.00",
        "amount": "-15.00",
        "description": "Credit note of another subsidiary",
        "item_source": "credit_note_credits",
        "class": "7",
        "memo": "credit_note",
    }


def test_a_credit_is_only_applied_where_there_is_one_subsidiary():
    """The body is that of every connection without subsidiaries, byte for byte."""
    assert "line" not in spent(FULL_MAPPING)
    assert "line" not in spent(FULL_MAPPING | {"billing_entities": {"acme-fr": {"coupon": {"id": "9"}}}})


def test_without_an_item_for_it_a_credit_has_no_line():
    """It is applied, or refused by name."""
    bare = {name: item for name, item in FULL_MAPPING.items() if name not in ("credit_note", "fallback_item")}

    assert "line" not in spent(bare | {"billing_entities": ENTITIES})
