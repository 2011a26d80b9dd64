"""Several taxes on one fee, with codes, doubles for rates, and a base that is taxed in part."""

import pytest

from consumer.sandbox.lago import serializers
from tests.support.lago_server import USAGE

STATE = {"code": "ca_state", "name": "California", "rate": 7.000000000000001}
COUNTY = {"code": "ca_county", "rate": 1.25}
HALF = {"code": "ca_half", "rate": 10, "base_rate": 0.5}
AMOUNTS = ("tax_code", "tax_rate", "amount_cents")


def sold(*taxes):
    return USAGE | {"units": "1", "unit_price": "100", "taxes": list(taxes)}


def applied(document):
    return [tuple(tax[name] for name in AMOUNTS) for tax in document["applied_taxes"]]


def test_a_fee_may_have_several_taxes_with_codes_of_their_own(lago):
    """The fee has the sum of the rates only, the invoice each tax once."""
    invoice = lago.bill(fees=[sold(STATE, COUNTY), sold(COUNTY)])

    assert applied(invoice) == [("ca_county", 1.25, 250), ("ca_state", 7.000000000000001, 700)]
    assert [fee["taxes_amount_cents"] for fee in invoice["fees"]] == [825, 125]
    assert invoice["fees"][0]["taxes_rate"] == pytest.approx(8.25)
    assert "taxes" not in invoice["fees"][0]
    assert (invoice["taxes_amount_cents"], invoice["total_amount_cents"]) == (950, 20_950)


def test_a_rate_of_a_provider_is_a_double(lago):
    """It comes with all its digits."""
    lago.bill(fees=[sold(STATE)])

    text = lago.get("invoices").text

    assert '"tax_rate":7.000000000000001' in text


def test_a_provider_may_tax_a_share_of_the_amount(lago):
    """The rate is that of the share, and the share is not shown."""
    invoice = lago.bill(fees=[sold(HALF)])

    [tax] = invoice["applied_taxes"]
    assert (tax["tax_rate"], tax["fees_amount_cents"], tax["amount_cents"]) == (10, 10_000, 500)
    assert (invoice["fees"][0]["taxes_rate"], invoice["fees"][0]["taxes_amount_cents"]) == (10, 500)
    assert "base_rate" not in str(invoice)


def test_a_credit_note_has_the_taxes_of_its_fees(lago):
    """Half of each."""
    invoice = lago.bill(fees=[sold(STATE, HALF)])

    note = lago.act("credit_notes", invoice_id=invoice["lago_id"], share="0.5")

    assert applied(note) == [("ca_state", 7.000000000000001, 350), ("ca_half", 10, 250)]
    assert (note["taxes_amount_cents"], note["total_amount_cents"]) == (600, 5_600)
    assert "taxes" not in note["items"][0]["fee"]


def test_a_webhook_shows_no_taxes_of_a_fee(lago):
    """Neither an invoice's nor a credit note's."""
    invoice = lago.bill(fees=[sold(STATE, HALF)])
    lago.act("credit_notes", invoice_id=invoice["lago_id"])
    organization = lago.server.organization

    bodies = [serializers.webhook(organization, each) for each in organization.outbox]

    fees = [*bodies[1]["invoice"]["fees"], *(item["fee"] for item in bodies[2]["credit_note"]["items"])]
    assert len(fees) == 2
    assert all("taxes" not in fee and fee["taxes_rate"] for fee in fees)
