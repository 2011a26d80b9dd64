"""What the RESTlet makes of a refused save depends on codes and the record's state, in whatever language."""

from __future__ import annotations

import pytest

from consumer.sandbox.netsuite.fault_injection import ThrownError
from consumer.sandbox.netsuite.profile import Form, Profile, Switches
from consumer.sandbox.netsuite.suitescript import mandatory_fields
from consumer.sandbox.netsuite.suitescript.errors import ScriptError
from schemas import wire
from schemas.error_codes import BY_NETSUITE_CODE
from tests.support.restlet import NetSuite, customer, fee, invoice, untaxed
from tests.support.restlet_documents import payment

GERMAN = "Pflichtfeld ohne Wert: Standort"
JAPANESE = "次の値を入力してください: 所在地"


def refused(netsuite, *items):
    return netsuite.write(*items)[-1]["error"]


def saying(netsuite, text, name="USER_ERROR", kind="invoice"):
    """NetSuite with an account that raises this text at the next save of that type."""
    netsuite.account.faults.add(ThrownError(kind="error", at="save", type=kind, name=name, message=text))
    return netsuite


@pytest.fixture
def speaking(monkeypatch):
    """NetSuite's refusal of what is missing, in the words of another language."""

    def speak(text):
        refusal = ScriptError("USER_ERROR", text)
        monkeypatch.setattr(mandatory_fields, "missing_values", lambda _: refusal)

    return speak


@pytest.mark.parametrize("text", [GERMAN, JAPANESE])
def test_an_empty_mandatory_field_is_named_in_any_language(speaking, text):
    """N31: it is found by the record's state, not by the message."""
    speaking(text)
    netsuite = NetSuite(forms={"invoice": Form(body=("location",))})

    error = refused(netsuite, customer(), invoice())

    assert (error["code"], error["class"], error["field"]) == ("USER_ERROR", "missing_field", "location")
    assert error["message"] == text


@pytest.mark.parametrize("text", [GERMAN, JAPANESE])
def test_an_empty_mandatory_field_of_a_line_is_named_with_its_line(speaking, text):
    """N31."""
    speaking(text)
    netsuite = NetSuite(forms={"invoice": Form(lines=("location",))})

    error = refused(netsuite, customer(), invoice())

    assert (error["class"], error["field"], error["line"]) == ("missing_field", "location", 0)


@pytest.mark.parametrize("text", ["Buchungsperiode abgeschlossen.", "会計期間は終了しています。"])
def test_a_closed_period_is_told_by_the_period_itself(text):
    """N31: it is found by the period's state, neither by code nor by message."""
    netsuite = NetSuite(switches=Switches(closed_period="USER_ERROR"))
    june = invoice(columns={"trandate": "2026-06-30"})

    error = refused(netsuite, customer(), june)

    assert (error["code"], error["class"], error["period"]) == ("USER_ERROR", "period_closed", "Jun 2026")


def test_a_closed_period_is_named_whichever_its_code():
    """Item 23 of what was seen in operation: neither date nor period were said."""
    error = refused(NetSuite(), customer(), invoice(columns={"trandate": "2026-06-30"}))

    assert (error["class"], error["period"]) == ("period_closed", "Jun 2026")


@pytest.mark.parametrize(
    "text",
    ["Bitte Kostenstelle eintragen.", "Please enter value(s) for: Cost Centre Owner", "承認が必要です"],
)
@pytest.mark.parametrize("name", ["USER_ERROR", "ACME_RULE_7"])
def test_a_workflows_own_refusal_keeps_its_own_text_and_blames_no_field(text, name):
    """N19, N31: nothing is empty and the period is open, so it is the account's own rule."""
    netsuite = saying(NetSuite(), text, name)

    error = refused(netsuite, customer(), invoice())

    assert (error["code"], error["message"], error["field"]) == (name, text, None)
    assert error["class"] == ("validation" if name == "USER_ERROR" else "unknown")


def test_nothing_of_a_refused_save_stands():
    """And the same request succeeds once the rule lets it through."""
    netsuite = saying(NetSuite(), "No.")

    first = netsuite.write(customer(), invoice())[-1]["status"]
    second = netsuite.write(customer(), invoice())[-1]["status"]

    assert (first, second) == ("error", "created")
    assert len(netsuite.account.records("invoice")) == 1


def test_a_period_that_nobody_may_see_leaves_the_words_as_they_are():
    """A role without the list of periods: the text is passed on, nothing is guessed."""
    unseen = {"ADMI_ACCTPERIODS": 0}
    netsuite = NetSuite(
        permissions=Profile.load("default").permissions | unseen,
        switches=Switches(closed_period="USER_ERROR"),
    )

    error = refused(netsuite, customer(), invoice(columns={"trandate": "2026-06-30"}))

    assert (error["class"], "period" in error) == ("validation", False)


def kwd(amount, **changes):
    """An invoice in a currency that Lago bills in three decimals."""
    return untaxed(
        line={"rate": amount, "amount": amount},
        columns={"currency": "5"},
        expect={"total": amount},
        **changes,
    )


@pytest.fixture
def dinars():
    """NetSuite as it is: its currencies have 0 or 2 decimals and no others."""
    currencies = [
        each.model_copy(update={"precision": min(each.precision, 2)}) for each in Profile.load().currencies
    ]
    return NetSuite(currencies=tuple(currencies))


IN_DINARS = {"currency": "5"}


def test_an_amount_that_needs_a_third_decimal_is_refused_by_name(dinars):
    """N09: nothing is rounded and booked."""
    error = refused(dinars, customer(columns=IN_DINARS), kwd("396.094"))

    assert (error["code"], error["class"]) == ("LAGO_CURRENCY_PRECISION", "total_mismatch")
    assert error["message"] == "396.094 needs 3 decimals, and KWD has 2 in NetSuite. Nothing was saved."
    assert dinars.account.records("invoice") == []


def test_an_amount_that_needs_none_is_booked(dinars):
    """N09: 396.090 are 396.09."""
    written = dinars.write(customer(columns=IN_DINARS), kwd("396.090"))[1]

    assert (written["status"], written["totals"]["total"]) == ("created", "396.09")


def test_lines_whose_roundings_do_not_come_out_blame_the_precision(dinars):
    """Three times 0.333 make 1.00 with Lago's rounding and 0.99 with NetSuite's."""
    lines = [fee(rate=each, amount=each, taxdetailsreference=None) for each in ("0.333", "0.333", "0.334")]
    item = untaxed(lines=lines, columns=IN_DINARS, expect={"total": "1.000"})

    error = refused(dinars, customer(columns=IN_DINARS), item)

    assert error["code"] == "LAGO_CURRENCY_PRECISION"
    assert error["message"].startswith("0.333 needs 3 decimals")


def test_a_payment_that_needs_a_third_decimal_is_refused_too(dinars):
    """N09: 1.23 instead of 1.234 would be another payment."""
    dinars.write(customer(columns=IN_DINARS), kwd("396.090"))

    error = refused(dinars, payment("1.234", columns=IN_DINARS))

    assert error["code"] == "LAGO_CURRENCY_PRECISION"
    assert dinars.account.records("customerpayment") == []


def test_a_role_that_may_not_see_currencies_books_no_third_decimal_either(dinars):
    """NetSuite has no currency of three decimals, for any role."""
    dinars.reopen(permissions=dinars.account.profile.permissions | {"LIST_CURRENCY": 0})

    error = refused(dinars, customer(columns=IN_DINARS), kwd("396.094"))

    assert error["code"] == "LAGO_CURRENCY_PRECISION"


@pytest.mark.parametrize(
    ("permission", "item"),
    [("TRAN_CUSTPYMT", payment()), ("TRAN_CUSTINVC", invoice(external_id="lago-inv-2"))],
)
def test_a_permission_that_is_lost_stops_the_kind_and_not_the_record(permission, item):
    """N23: the code says so, so the worker lets all of that kind wait."""
    netsuite = NetSuite()
    netsuite.write(customer(), invoice())
    netsuite.reopen(permissions=netsuite.account.profile.permissions | {permission: 0})

    error = wire.ItemError.model_validate(refused(netsuite, item))

    assert (error.code, error.group) == ("INSUFFICIENT_PERMISSION", "permission")
    assert BY_NETSUITE_CODE[error.code].effect == "kind"


@pytest.mark.parametrize(
    "code", ["SSS_INVALID_SRCH_COL", "SSS_INVALID_SRCH_FILTER", "SSS_INVALID_SRCH_OPERATOR"]
)
def test_a_field_that_searches_lack_is_a_matter_of_configuration(code):
    """N27: of the script and the account, not of the record."""
    netsuite = NetSuite()
    netsuite.account.faults.add(ThrownError(kind="error", at="save", type="customer", name=code))

    assert refused(netsuite, customer())["class"] == "config"
