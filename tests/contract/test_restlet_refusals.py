"""What the RESTlet makes of a refused save depends on codes and the record's state, in whatever language."""

from __future__ import annotations

import pytest

from consumer.sandbox.netsuite.fault_injection import ThrownError
from consumer.sandbox.netsuite.profile import Form, Profile, Switches
from consumer.sandbox.netsuite.suitescript import mandatory_fields
from consumer.sandbox.netsuite.suitescript.errors import ScriptError
from tests.support.restlet import NetSuite, customer, invoice

GERMAN = "Pflichtfeld ohne Wert: Standort"
JAPANESE = "次の値を入力してください: 所在地"


def refused(netsuite, *items):
    return netsuite.write(*items)[-1]["error"]


def saying(netsuite, text, name="USER_ERROR", kind="invoice"):
    """NetSuite with an account that speaks so at the next save of that type."""
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
    """N31: it is found by its state and not by the words."""
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
    """N31: the code says nothing, the words are not read."""
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
