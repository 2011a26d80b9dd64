"""NetSuite's tax is Lago's to the minor unit, in each of the four ways an account can want it."""

from decimal import Decimal

import pytest

from consumer.mapping import taxes
from schemas.invoice import Invoice
from tests.support import lago
from tests.support.connection_files import FULL_MAPPING, connection
from tests.support.lago import Discounts
from tests.support.mapping_results import columns, document, lines, mapped, refused, tax_details


def taxed(**tax):
    return connection(mapping=FULL_MAPPING | {"tax": tax})


def fees_of(*prices, rate=20):
    return [
        lago.fee("charge", f"metric_{place}", unit_price=price, tax_rate=rate)
        for place, price in enumerate(prices)
    ]


def bill(*prices, rate=20, currency="EUR", **changes):
    return lago.invoice_event(content=lago.invoice(fees_of(*prices, rate=rate), currency=currency, **changes))


TEN_EUROS_AT_20 = bill("10.00")


def test_three_times_three_euros_thirty_three_make_lagos_tax_of_two_euros():
    """Lago taxes three times 3.33 with 2.00, though each fee alone has 0.67: one line gives its cent back."""
    value = bill("3.33", "3.33", "3.33")

    details = tax_details(value)

    assert sorted(line["taxamount"] for line in details) == ["0.66", "0.67", "0.67"]
    assert document(value)["expect"] == {"subtotal": "9.99", "tax": "2.00", "total": "11.99"}


def test_which_line_gives_its_cent_does_not_depend_on_the_order_of_the_fees():
    """Lago lists fees in any order; the same invoice must stay the same record."""
    fees = fees_of("3.33", "3.33", "3.33")

    def amounts(listed):
        details = tax_details(lago.invoice_event(content=lago.invoice(listed)))
        return {line["taxdetailsreference"]: line["taxamount"] for line in details}

    assert amounts(fees) == amounts(fees[::-1]) == amounts([fees[1], fees[2], fees[0]])


@pytest.mark.parametrize(
    ("currency", "prices", "rate", "amounts", "total"),
    [
        ("JPY", ("1", "1", "1"), 20, ["0", "0", "1"], "1"),
        ("HUF", ("333", "333", "333"), 27, ["90", "90", "90"], "270"),
        ("KWD", ("0.333", "0.333", "0.333"), 5, ["0.016", "0.017", "0.017"], "0.050"),
        ("USD", ("10", "20"), "8.875", ["0.89", "1.77"], "2.66"),
    ],
)
def test_the_tax_of_the_lines_is_lagos_in_every_currency_exponent(currency, prices, rate, amounts, total):
    """By largest remainder, in the currency's own subunits."""
    value = bill(*prices, rate=rate, currency=currency)

    assert sorted(line["taxamount"] for line in tax_details(value)) == amounts
    assert document(value)["expect"]["tax"] == total


def test_every_taxed_line_has_the_tax_detail_that_names_it():
    """NetSuite refuses a detail whose line is missing."""
    value = bill("10", "20", discounts=Discounts(coupons=500))

    references = [line["taxdetailsreference"] for line in tax_details(value)]

    assert references == [line["taxdetailsreference"] for line in lines(value)][:2]
    assert len(set(references)) == 2


def test_a_line_without_tax_needs_no_tax_detail():
    """Its item may be one that is not taxable, and NetSuite refuses a detail on such an item."""
    free = lago.fee("add_on", "setup", unit_price=50)
    value = lago.invoice_event(content=lago.invoice([*fees_of("10"), free]))

    assert [line["taxamount"] for line in tax_details(value)] == ["2.00"]


def test_a_tax_of_zero_percent_that_has_its_own_code_keeps_its_detail():
    """Reports of exempt sales go by the code."""
    content = lago.invoice(fees_of("10", rate=0))
    content["applied_taxes"] = [
        {"tax_code": "reverse_charge", "tax_rate": 0.0, "amount_cents": 0, "fees_amount_cents": 1000}
    ]
    rules = taxed(mode="suitetax", type="5", code="6", taxes={"reverse_charge": {"type": "8", "code": "12"}})

    [detail] = tax_details(lago.invoice_event(content=content), rules)

    assert (detail["taxcode"], detail["taxamount"], detail["taxrate"]) == ("12", "0.00", "0.0")


def test_the_tax_on_a_discounted_invoice_lies_on_its_fees():
    """Coupons reduce the base of each fee; the coupon's own line has no tax."""
    value = bill("10", "30", discounts=Discounts(coupons=400))

    assert [line["taxamount"] for line in tax_details(value)] == ["1.80", "5.40"]


def test_suitetax_states_details_that_netsuite_takes_as_they_are():
    """Override flags on, nexus as configured, amounts as text."""
    found = columns(TEN_EUROS_AT_20)

    assert (found["taxdetailsoverride"], found["taxregoverride"], found["nexus"]) == (True, True, "9")
    assert tax_details(TEN_EUROS_AT_20)[0] == {
        "taxdetailsreference": lago.id_of("fee", "charge", "metric_0"),
        "taxamount": "2.00",
        "taxbasis": "1",
        "taxrate": "20.0",
        "taxtype": "5",
        "taxcode": "6",
    }


def test_suitetax_without_a_nexus_leaves_it_to_netsuite():
    """An account with one nexus needs no override of it."""
    assert "nexus" not in columns(TEN_EUROS_AT_20, taxed(mode="suitetax", type="5", code="6"))


def test_suitetax_without_codes_books_what_has_no_tax():
    """Nothing to detail."""
    value = bill("10", rate=0)

    assert tax_details(value, taxed(mode="suitetax")) == []
    assert "taxdetailsreference" not in lines(value, taxed(mode="suitetax"))[0]


@pytest.mark.parametrize("incomplete", [{}, {"type": "5"}, {"code": "6"}])
def test_suitetax_without_codes_refuses_what_has_tax(incomplete):
    """NetSuite would book none and the total would be short."""
    rejection = refused(TEN_EUROS_AT_20, taxed(mode="suitetax", **incomplete))

    assert rejection.code == "invalid_mapping"
    assert "mapping.tax.type and mapping.tax.code" in rejection.hint


def test_a_lago_tax_can_have_its_own_code():
    """The rate of a fee names the tax when one tax of the invoice has it."""
    fees = [lago.fee("charge", "a", tax_rate=20), lago.fee("charge", "b", tax_rate=7)]
    rules = taxed(mode="suitetax", type="5", code="6", taxes={"vat_20": {"type": "8", "code": "9"}})
    value = lago.invoice_event(content=lago.invoice(fees))

    details = tax_details(value, rules)

    assert [(line["taxtype"], line["taxcode"]) for line in details] == [("8", "9"), ("5", "6")]
    decisions = {each.subject: each.rule for each in mapped(value, rules).decisions}
    assert decisions[f"tax {fees[0]['lago_id']}"] == "mapping.tax.taxes.vat_20"
    assert decisions[f"tax {fees[1]['lago_id']}"] == "mapping.tax"


def test_a_lago_taxs_own_rule_may_leave_half_of_it_to_the_general_one():
    """Only what differs has to be written."""
    rules = taxed(mode="suitetax", type="5", code="6", taxes={"vat_20": {"code": "9"}})

    detail = tax_details(TEN_EUROS_AT_20, rules)[0]

    assert (detail["taxtype"], detail["taxcode"]) == ("5", "9")


def two_taxes_of_one_rate():
    content = lago.invoice(fees_of("10", "10"))
    half = {"amount_cents": 200, "fees_amount_cents": 1000}
    first = content["applied_taxes"][0]
    content["applied_taxes"] = [first | half, first | half | {"tax_code": "city_20"}]
    return lago.invoice_event(content=content)


def test_two_taxes_of_one_rate_with_different_codes_are_refused():
    """Guessing which of them it was would book to the wrong account."""
    rules = taxed(mode="suitetax", type="5", code="6", taxes={"vat_20": {"type": "8", "code": "9"}})

    rejection = refused(two_taxes_of_one_rate(), rules)

    assert rejection.code == "invalid_mapping"
    assert "the rate does not tell which tax that is: city_20, or vat_20" in rejection.message


def test_two_taxes_of_one_rate_with_one_code_need_not_be_told_apart():
    """Whichever it was, it is booked to that code."""
    same = {"type": "8", "code": "9"}
    rules = taxed(mode="suitetax", taxes={"vat_20": same, "city_20": same})

    assert [line["taxcode"] for line in tax_details(two_taxes_of_one_rate(), rules)] == ["9", "9"]


GST_AND_QST = {"gst": {"type": "5", "code": "21"}, "qst": {"type": "5", "code": "22"}}


def quebec_bill(*prices):
    content = lago.invoice(fees_of(*prices, rate="14.975"))
    base = sum(fee["amount_cents"] for fee in content["fees"])
    amounts = {"gst": (5.0, lago.rounded(Decimal(base) * 5 / 100))}
    amounts["qst"] = (9.975, content["taxes_amount_cents"] - amounts["gst"][1])
    content["applied_taxes"] = [
        {"tax_code": code, "tax_rate": rate, "amount_cents": cents, "fees_amount_cents": base}
        for code, (rate, cents) in amounts.items()
    ]
    return lago.invoice_event(content=content)


def test_two_taxes_on_one_fee_are_two_details_each_with_its_code():
    """GST 5 % and QST 9.975 % on 100.00 are 5.00 and 9.98."""
    found = tax_details(quebec_bill("100"), taxed(mode="suitetax", taxes=GST_AND_QST))

    assert [(line["taxcode"], line["taxrate"], line["taxamount"]) for line in found] == [
        ("21", "5.0", "5.00"),
        ("22", "9.975", "9.98"),
    ]
    assert len({line["taxdetailsreference"] for line in found}) == 1


def test_the_details_of_each_tax_add_up_to_lagos_amount_of_it():
    """A tax return by code agrees with Lago's."""
    value = quebec_bill("3.33", "3.33", "3.33", "0.99")
    wanted = {"21": "0.55", "22": "1.09"}

    found = tax_details(value, taxed(mode="suitetax", taxes=GST_AND_QST))

    for code, total in wanted.items():
        assert sum(Decimal(line["taxamount"]) for line in found if line["taxcode"] == code) == Decimal(total)
    assert document(value, taxed(mode="suitetax", taxes=GST_AND_QST))["expect"]["tax"] == "1.64"


def test_two_taxes_with_one_general_code_stay_one_detail():
    """NetSuite does not distinguish them."""
    [detail] = tax_details(quebec_bill("100"), taxed(mode="suitetax", type="5", code="6"))

    assert (detail["taxcode"], detail["taxrate"], detail["taxamount"]) == ("6", "14.975", "14.98")


@pytest.mark.parametrize(
    ("rate", "sent"),
    [(7.000000000000001, "7"), (8.875000000000002, "8.875"), (70.00000000000001, "70"), (19.0, "19.0")],
)
def test_a_tax_providers_rate_is_rounded_to_five_decimals(rate, sent):
    """Lago keeps the rates of Anrok and Avalara as doubles times a hundred."""
    content = lago.invoice(fees_of("100", rate=rate))
    content["applied_taxes"][0]["tax_rate"] = rate

    assert tax_details(lago.invoice_event(content=content))[0]["taxrate"] == sent


def test_a_tax_that_no_rule_covers_is_an_invalid_mapping():
    """With rules for single taxes only, an unknown one has no code."""
    rules = taxed(mode="suitetax", taxes={"vat_7": {"type": "8", "code": "9"}})
    nameless = lago.invoice(fees_of("10"), applied_taxes=[])

    assert refused(TEN_EUROS_AT_20, rules).message == "no NetSuite tax code is mapped for vat_20"
    message = refused(lago.invoice_event(content=nameless), rules).message
    assert message == "no NetSuite tax code is mapped for 20.0 % tax"


def test_a_discount_at_a_mixed_rate_needs_no_code_where_only_single_taxes_are_mapped():
    """Its tax is nothing, so there is nothing to say about it; the fees keep their codes."""
    rules = taxed(
        mode="suitetax", taxes={"vat_20": {"type": "5", "code": "6"}, "vat_7": {"type": "5", "code": "9"}}
    )
    fees = [*fees_of("10"), lago.fee("add_on", "setup", unit_price="10", tax_rate=7)]
    content = lago.invoice(fees, discounts=lago.Discounts(coupons=100))

    details = tax_details(lago.invoice_event(content=content), rules)

    assert [each["taxcode"] for each in details] == ["6", "9"]


def test_legacy_tax_is_one_amount_for_the_whole_document():
    """Accounts without SuiteTax take a tax item and an override of its amount."""
    rules = taxed(mode="legacy", code="-7")

    found = columns(TEN_EUROS_AT_20, rules)

    assert (found["istaxable"], found["taxitem"], found["taxamountoverride"]) == (True, "-7", "2.00")
    assert "taxdetailsoverride" not in found
    assert tax_details(TEN_EUROS_AT_20, rules) == []
    assert document(TEN_EUROS_AT_20, rules)["expect"] == {
        "subtotal": "10.00",
        "tax": "2.00",
        "total": "12.00",
    }


def test_legacy_tax_without_an_item_books_only_what_has_no_tax():
    """And says what to map for the rest."""
    rules = taxed(mode="legacy")

    assert "taxitem" not in columns(bill("10", rate=0), rules)
    assert refused(TEN_EUROS_AT_20, rules).hint.startswith("set mapping.tax.code")


def test_a_tax_line_is_a_line_like_others_and_netsuites_own_tax_is_zero():
    """For accounts that compute no tax at all."""
    rules = taxed(mode="tax_line", item="850")

    found = lines(TEN_EUROS_AT_20, rules)[-1]

    assert found == {"item": "850", "quantity": "1", "rate": "2.00", "amount": "2.00", "description": "Tax"}
    assert document(TEN_EUROS_AT_20, rules)["expect"] == {
        "subtotal": "12.00",
        "tax": "0.00",
        "total": "12.00",
    }


def test_a_tax_line_without_an_item_books_only_what_has_no_tax():
    """And says what to map for the rest."""
    rules = taxed(mode="tax_line")

    assert len(lines(bill("10", rate=0), rules)) == 1
    assert refused(TEN_EUROS_AT_20, rules).hint.startswith("set mapping.tax.item")


def test_no_tax_at_all_books_only_what_has_none():
    """A connection that writes no tax must not make an invoice smaller than Lago's."""
    rules = taxed(mode="none")

    assert document(bill("10", rate=0), rules)["expect"]["total"] == "10.00"
    rejection = refused(TEN_EUROS_AT_20, rules)
    assert rejection.code == "total_mismatch"
    assert "2.00 EUR" in rejection.message


def test_a_billing_entitys_tax_rules_stand_in_for_the_organisations():
    """Whole, not key by key: another country has another nexus."""
    entity = {"tax": {"mode": "suitetax", "nexus": "11", "type": "8", "code": "12"}}
    rules = connection(mapping=FULL_MAPPING | {"billing_entities": {lago.BILLING_ENTITY: entity}})

    assert columns(TEN_EUROS_AT_20, rules)["nexus"] == "11"
    assert tax_details(TEN_EUROS_AT_20, rules)[0]["taxcode"] == "12"


def test_a_billing_entity_without_tax_rules_takes_the_organisations():
    """Its other rules do not matter."""
    rules = connection(
        mapping=FULL_MAPPING | {"billing_entities": {lago.BILLING_ENTITY: {"subsidiary": "4"}}}
    )

    assert columns(TEN_EUROS_AT_20, rules)["nexus"] == "9"


def test_without_any_tax_rules_suitetax_is_assumed():
    """The default, which can book untaxed invoices."""
    bare = connection(mapping={"fallback_item": {"id": "801"}})

    assert columns(bill("10", rate=0), bare)["taxdetailsoverride"] is True


def test_tax_that_rounding_cannot_explain_is_refused_with_both_sums():
    """A fee's tax is missing from the event, or wrong."""
    content = lago.invoice(fees_of("10", "10"))
    content["taxes_amount_cents"] += 100
    content["total_amount_cents"] += 100

    rejection = refused(lago.invoice_event(content=content))

    assert rejection.code == "total_mismatch"
    assert "add up to 4 EUR" in rejection.message
    assert "Lago's tax is 5.00 EUR" in rejection.message


def test_tax_without_any_taxed_fee_is_refused():
    """A cent is within rounding, but of nothing."""
    content = lago.invoice(fees_of("10", rate=0))
    content["taxes_amount_cents"] += 1
    content["total_amount_cents"] += 1

    assert refused(lago.invoice_event(content=content)).code == "total_mismatch"


@pytest.mark.parametrize("precise", [None, "1.98", "999.0"])
def test_a_fees_rounded_tax_weighs_where_the_precise_one_is_missing_or_wrong(precise):
    """Historical fees have none, and a precise tax far from the rounded one is another figure."""
    content = lago.invoice(fees_of("10", "10"))
    content["fees"][0]["taxes_precise_amount"] = precise

    details = tax_details(lago.invoice_event(content=content))

    assert [line["taxamount"] for line in details] == ["2.00", "2.00"]


def rate_of(**changes):
    return taxes.invoice_rate(Invoice.model_validate(lago.invoice(**changes)))


def test_the_rate_of_an_invoice_weighs_each_tax_with_its_base():
    """Events do not carry it; Lago's own formula does."""
    fees = [lago.fee("charge", "a", unit_price=30, tax_rate=20), lago.fee("charge", "b", tax_rate=7)]

    assert rate_of(fees=fees) == Decimal("16.75")
    assert rate_of(fees=fees_of("0.01", "0.02", rate=20)) == Decimal("20.0")
    assert rate_of(fees=[]) == 0


def test_without_a_base_the_rate_of_an_invoice_weighs_by_fees():
    """A coupon over everything leaves a subtotal of zero."""
    fees = [lago.fee("charge", "a", tax_rate=20), lago.fee("charge", "b", tax_rate=7)]

    assert rate_of(fees=fees, discounts=Discounts(coupons=2000)) == Decimal("13.5")


def test_the_rate_of_an_invoice_has_five_decimals_at_most():
    """Rounded half up, as Lago stores it."""
    fees = [
        lago.fee("charge", "a", tax_rate=20),
        lago.fee("charge", "b", tax_rate=7),
        lago.fee("charge", "c", tax_rate=7),
    ]

    assert rate_of(fees=fees) == Decimal("11.33333")


@pytest.mark.parametrize(
    ("mode", "suppressed"), [("none", True), ("tax_line", True), ("legacy", False), ("suitetax", False)]
)
def test_modes_without_tax_of_netsuite_keep_it_from_computing_any(mode, suppressed):
    """Accounts that compute tax at save would else make another total than Lago's."""
    found = document(bill("10", rate=0), taxed(mode=mode, item="850"))

    assert found["record"]["options"].get("withoutTax", False) is suppressed
