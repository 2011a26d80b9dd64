"""Texts are made to fit NetSuite's fields, and the result says what was changed; money is never touched."""

import pytest

from consumer.mapping import field_limits
from tests.support import lago
from tests.support.mapping_results import document, items, mapped

PO_NUMBER = "PO-2026-000123 / Cost centre 4711 / Release 77B"


def customer_item(**changes):
    [item] = mapped(lago.customer_event(**changes)).request.items
    return item


def invoice_item(fee=None, **changes):
    content = lago.invoice([fee or lago.fee()], **changes)
    return mapped(lago.invoice_event(content=content)).request.items[-1]


def test_a_purchase_order_number_is_cut_to_what_netsuite_takes():
    """A long one used to stop the whole invoice."""
    item = invoice_item(purchase_order_number=PO_NUMBER)

    assert item.record["columns"]["otherrefnum"] == PO_NUMBER[:45]
    assert item.warnings == (f"LAGO_TEXT_CUT otherrefnum {len(PO_NUMBER)} characters cut to 45",)


@pytest.mark.parametrize(
    ("table", "name", "limit"),
    [
        (name, field, limit)
        for name, table in (("customer", field_limits.CUSTOMER), ("invoice", field_limits.TRANSACTION))
        for field, limit in table.items()
    ],
)
def test_no_text_of_a_record_is_longer_than_its_limit(table, name, limit):
    """Whatever comes from Lago or from an expression."""
    fitted = field_limits.fit({"type": table, "columns": {name: "8" * 5_000}})

    assert len(fitted.record["columns"].get(name, "")) <= limit.max_chars
    assert len(fitted.warnings) == 1


def test_texts_of_lines_and_addresses_fit_too():
    """Each warning says which line it was."""
    item_lines = [{"description": "d"}, {"description": "d" * 4_001}]
    addresses = [{"subObject": {"zip": "1" * 40, "country": "DE"}}]
    lines = [
        {"sublistId": "item", "lineItems": item_lines},
        {"sublistId": "addressbook", "lineItems": addresses},
    ]

    fitted = field_limits.fit({"type": "customer", "lines": lines})

    assert fitted.warnings == (
        "LAGO_TEXT_CUT description line 2: 4001 characters cut to 4000",
        "LAGO_TEXT_CUT zip address: 40 characters cut to 36",
    )
    assert fitted.record["lines"][1]["lineItems"][0]["subObject"]["country"] == "DE"


@pytest.mark.parametrize(
    ("field", "given", "fault"),
    [
        ("phone", "12345", "phone has fewer than 7 digits"),
        ("email", "nobody", "email is no e-mail address"),
        ("email", "a@b", "email is no e-mail address"),
        ("email", f"{'a' * 250}@x.example", "email has 260 characters, more than 254"),
    ],
)
def test_a_contact_field_that_netsuite_would_refuse_is_left_out(field, given, fault):
    """A phone number never blocks money."""
    item = customer_item(**{field: given})

    assert field not in item.record["columns"]
    assert item.warnings == (f"LAGO_FIELD_LEFT_OUT {fault}",)


@pytest.mark.parametrize("good", ["+49 30 5550111", "(030) 555-0111", "5550111"])
def test_a_phone_number_of_seven_digits_goes_along(good):
    """As it was written."""
    assert customer_item(phone=good).record["columns"]["phone"] == good


def test_a_country_that_is_no_code_is_left_out():
    """The rest of the address stays."""
    item = customer_item(country="Germany")

    [address] = item.record["lines"][0]["lineItems"]
    assert "country" not in address["subObject"]
    assert address["subObject"]["city"] == "Berlin"
    assert item.warnings == ("LAGO_FIELD_LEFT_OUT country address: is no ISO 3166 code of two letters",)


def test_amounts_accounts_taxes_and_dates_are_in_no_table():
    """What would change the books is sent as it is."""
    fee = lago.fee(units="1250000", unit_price="0.00023", tax_rate=19)
    sent = document(lago.invoice_event(content=lago.invoice([fee])))["record"]
    of_the_books = {"amount", "rate", "quantity", "item", "account", "taxamount", "taxcode", "trandate"}

    named = {
        *field_limits.CUSTOMER,
        *field_limits.ADDRESS,
        *field_limits.TRANSACTION,
        *field_limits.LINE,
    }

    assert not named & of_the_books
    assert sent["lines"][0]["lineItems"][0]["amount"] == "287.50"


def test_what_fits_is_sent_without_a_warning():
    """The everyday case."""
    assert all(not item.warnings for item in mapped(lago.invoice_event()).request.items)
    assert all("warnings" not in item for item in items(lago.invoice_event()))
