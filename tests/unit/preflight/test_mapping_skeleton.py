"""A mapping to begin with: what fits by name, symbol and rate; everything else is a gap."""

from __future__ import annotations

import re

import pytest
from ruamel.yaml import YAML

from consumer.config.mapping_rules import MappingRules
from consumer.preflight import mapping_skeleton
from consumer.preflight.event_codes import EventCodes, seen
from schemas.envelope import decode
from schemas.reading import CatalogRow
from tests.support import lago


def _row(id_, name, **values):
    return CatalogRow(id=id_, name=name, values=values)


def _text(events, *, has_suitetax=True, **lists):
    return mapping_skeleton.text("eu", "1234567_SB1", events, lists, has_suitetax=has_suitetax)


def _mapping(text):
    return MappingRules.model_validate(YAML(typ="safe").load(text)["mapping"] or {})


@pytest.mark.parametrize(
    "row",
    [
        _row("9", "API_CALLS"),
        _row("9", "Api calls"),
        _row("9", "X-1", display="api-calls"),
        _row("9", "X-1", external_id="API calls"),
        _row("9", "Calls of the API"),
    ],
)
def test_an_item_fits_by_name_whatever_its_case_and_punctuation(row):
    """By code, or by the name that Lago shows."""
    events = EventCodes(tables={"billable_metrics": {"api_calls": "Calls of the API"}})

    assert _mapping(_text(events, items=[row])).billable_metrics["api_calls"].id == "9"


@pytest.mark.parametrize("rows", [[], [_row("9", "api_calls"), _row("10", "API calls")]])
def test_what_fits_nothing_or_several_is_a_gap(rows):
    """A wrong item would be worse than none."""
    text = _text(EventCodes(tables={"billable_metrics": {"api_calls": "Calls"}}), items=rows)

    assert '# GAP "api_calls": {id: },  # Calls' in text
    assert _mapping(text).billable_metrics == {}


def test_what_is_inactive_is_not_chosen():
    row = CatalogRow(id="9", name="coupon", inactive=True)

    assert "# GAP coupon" in _text(EventCodes(single={"coupon": ""}), items=[row])


def test_a_tax_fits_by_its_rate():
    codes = [_row("6", "S-DE", rate="19%", type="5"), _row("7", "R-DE", rate="7.00%", type="5")]

    text = _text(EventCodes(taxes={"vat_7": "7.0", "vat_20": "20.0"}), tax_codes=codes)

    tax = _mapping(text).tax
    assert (tax.mode, tax.taxes["vat_7"].type, tax.taxes["vat_7"].code) == ("suitetax", "5", "7")
    assert '# GAP "vat_20": {type: , code: }  # 20.0 %; one of 6 S-DE, 7 R-DE' in text
    assert "# GAP nexus" in text


def test_an_account_without_suitetax_has_no_types():
    codes = [_row("1", "CA", rate="7.25%", type="3")]

    tax = _mapping(_text(EventCodes(taxes={"ca": "7.25"}), has_suitetax=False, tax_codes=codes)).tax

    assert (tax.mode, tax.taxes["ca"].type, tax.taxes["ca"].code) == ("legacy", None, "1")


def test_a_rate_that_is_no_number_fits_nothing():
    text = _text(EventCodes(taxes={"odd": "unknown"}), tax_codes=[_row("1", "Group", rate="")])

    assert '# GAP "odd"' in text


def test_events_without_tax_have_none():
    assert _mapping(_text(EventCodes())).tax.mode == "none"


def test_currencies_fit_by_symbol_and_payments_and_entities_by_name():
    events = EventCodes(
        currencies={"EUR": "", "JPY": ""},
        payment_methods={"stripe_eu": "", "manual": ""},
        billing_entities={"hooli-gmbh": "", "acme": ""},
    )

    text = _text(
        events,
        currencies=[_row("2", "Euro", symbol="EUR")],
        payment_methods=[_row("7", "Stripe EU")],
        subsidiaries=[_row("1", "Hooli Inc."), _row("2", "Hooli GmbH")],
    )

    found = _mapping(text)
    assert (found.currencies, found.payments.methods) == ({"EUR": "2"}, {"stripe_eu": "7"})
    assert found.billing_entities["hooli-gmbh"].subsidiary == "2"
    assert all(
        gap in text for gap in ("# GAP JPY", '# GAP "manual": ""  # one of 7 Stripe EU', '# GAP "acme"')
    )


MANY = EventCodes(
    single={"coupon": ""},
    tables={"plans": {"starter": "Starter", "pro": "{Pro} #1"}, "add_ons": {"setup": "", "extra": ""}},
    taxes={"vat_20": "20.0", "vat_7": "7.0"},
    currencies={"EUR": "", "JPY": ""},
    payment_methods={"stripe_eu": "", "manual": ""},
    billing_entities={"acme-eu": "", "acme-fr": ""},
)
SUBSIDIARIES = [_row("1", "Hooli Inc."), _row("2", "Hooli GmbH")]
NOTHING_FITS = _text(MANY, subsidiaries=SUBSIDIARIES)
ONE_FITS = _text(
    MANY,
    subsidiaries=[*SUBSIDIARIES, _row("3", "Acme EU")],
    items=[_row("8", "Setup"), _row("9", "Pro")],
    tax_codes=[_row("6", "S-DE", rate="7.0", type="5")],
    currencies=[_row("2", "Euro", symbol="EUR")],
    payment_methods=[_row("7", "Manual")],
)


def _is_gap(line):
    return line.startswith(" ") and line.lstrip().startswith("# GAP ")


def _filled(line):
    """A gap with the id 1 wherever a value is left out; other lines as they are."""
    setting, mark, note = line.replace("# GAP ", "", 1).partition("  # ")
    return re.sub(r': (?=[},])|: ""', ': "1"', setting) + mark + note if _is_gap(line) else line


@pytest.mark.parametrize("text", [NOTHING_FITS, ONE_FITS], ids=["nothing fits", "one of each fits"])
def test_the_draft_is_a_mapping_as_it_lies_and_after_any_gap_is_filled(text):
    """One gap alone, and all of them."""
    lines = text.splitlines()
    gaps = [number for number, line in enumerate(lines) if _is_gap(line)]
    bare = _mapping(text)

    for number in gaps:
        mended = [*lines[:number], _filled(lines[number]), *lines[number + 1 :]]
        loaded = YAML(typ="safe").load("\n".join(mended))
        assert MappingRules.model_validate(loaded["mapping"]) != bare or loaded["customers"], lines[number]
    mended = [_filled(line) for line in lines]
    assert _mapping("\n".join(mended)).plans.keys() == {"starter", "pro"}
    assert _mapping("\n".join(mended)).currencies.keys() == {"EUR", "JPY"}
    assert len(gaps) > 8


def test_a_single_subsidiary_is_that_of_new_customers():
    rows = [_row("1", "Hooli Inc.", elimination="F"), _row("9", "Elimination", elimination="T")]

    text = _text(EventCodes(), subsidiaries=rows)

    assert YAML(typ="safe").load(text)["customers"] == {"subsidiary": "1"}


def _seen(*bodies):
    return seen([decode(body) for body in bodies])


def test_the_codes_of_an_invoice_are_seen():
    """Fees by kind, plan, taxes, discounts, currency, billing entity."""
    bill = lago.invoice(
        [
            lago.fee("charge", units="10.0", tax_rate=19.0),
            lago.fee("add_on", units="1.0"),
            lago.fee("subscription", units="1.0"),
        ],
        discounts=lago.Discounts(coupons=100),
    )

    found = _seen(lago.invoice_event(content=bill))

    assert found.events == 1
    assert {"billable_metrics", "add_ons", "plans"} <= found.tables.keys()
    assert {"subscription_fee", "coupon"} <= found.single.keys()
    assert found.currencies.keys() == {bill["currency"]}
    assert found.billing_entities.keys() == {lago.BILLING_ENTITY}
    assert found.taxes


def test_the_codes_of_notes_payments_and_customers_are_seen():
    note, payment = lago.credit_note(), lago.payment(payment_provider_code="stripe_eu")

    found = _seen(
        lago.body(lago.event("credit_note.created", note)),
        lago.body(lago.event("payment.succeeded", payment)),
        lago.body(lago.event("customer.created", lago.customer(currency="USD"))),
    )

    assert found.events == 3
    assert "stripe_eu" in found.payment_methods
    assert {note["currency"], "USD"} <= found.currencies.keys()


def test_what_lago_does_not_write_is_passed_over():
    """A file may hold anything."""
    content = {
        "fees": [1, {"item": None}, {"item": {"type": "charge"}}],
        "applied_taxes": "none",
        "currency": 7,
    }

    found = _seen(
        lago.body(
            lago.event("invoice.created", lago.customer()) | {"object_type": "invoice", "invoice": content}
        )
    )

    assert (found.tables, found.currencies, found.taxes) == ({}, {}, {})


def test_other_objects_are_passed_over():
    found = _seen(
        lago.body({"webhook_type": "x", "object_type": "wallet", "organization_id": "o", "wallet": {}})
    )

    assert found == EventCodes(events=1)
