"""The unmodified RESTlet on the emulated account: credit memos, and credits that are spent on invoices."""

from __future__ import annotations

import pytest

from consumer.sandbox.netsuite.books import Books, StaleError
from tests.support.other_worker import elsewhere
from tests.support.restlet import CUSTOMER_ID, INVOICE_ID, codes, customer, stale_once
from tests.support.restlet_documents import billed, credit_memo, payment, plain_invoice, taxed_memo, void
from tests.support.restlet_references import INVOICE, NOTE, NOTE_ID, OTHER_INVOICE, OTHER_INVOICE_ID


@pytest.fixture
def netsuite():
    return billed()


def spent(amount: str, doc: dict[str, str] = NOTE) -> list[dict]:
    return [{"doc": doc, "amount": amount}]


def test_a_memo_is_open_until_it_is_spent(netsuite):
    """Row 66: without an apply line the whole amount stays unapplied on the customer."""
    written = netsuite.write(credit_memo("50.00"))[0]

    kept = netsuite.one("creditmemo")
    assert (written["status"], written["number"]) == ("created", "HOO-3F21-CN-001")
    assert written["totals"] == {"subtotal": "50.00", "tax": "0.00", "total": "50.00"}
    assert written["url"].endswith(f"/app/accounting/transactions/custcred.nl?id={written['internalId']}")
    assert (kept["status"], kept["unapplied"], kept["trandate"]) == ("CustCred:A", "50.00", "2026-08-10")
    assert (kept["custbody_lago_id"], kept["custbody_lago_invoice_id"]) == (NOTE_ID, INVOICE_ID)


def test_a_memo_settles_its_own_invoice_in_the_save_that_makes_it(netsuite):
    """Row 66: the invoice is due for so much less."""
    written = netsuite.write(taxed_memo((INVOICE, "119.00")))[0]

    memo, bill = netsuite.one("creditmemo"), netsuite.one("invoice")
    assert written["totals"] == {"subtotal": "100.00", "tax": "19.00", "total": "119.00"}
    assert (memo["applied"], memo["unapplied"], memo["status"]) == ("119.00", "0.00", "CustCred:B")
    assert (bill["amountremaining"], bill["status"]) == ("379.31", "CustInvc:A")


def test_a_memo_may_offset_less_than_its_amount(netsuite):
    netsuite.write(credit_memo("50.00", (INVOICE, "20.00")))

    memo = netsuite.one("creditmemo")
    assert (memo["applied"], memo["unapplied"], memo["status"]) == ("20.00", "30.00", "CustCred:A")


def test_an_apply_line_without_amount_takes_what_is_possible(netsuite):
    netsuite.write(plain_invoice("30.00"))

    netsuite.write(credit_memo("50.00", (OTHER_INVOICE, None)))

    assert netsuite.one("creditmemo")["applied"] == "30.00"


def test_the_same_memo_again_is_found_and_not_applied_twice(netsuite):
    item = credit_memo("50.00", (INVOICE, "20.00"))

    first, second = netsuite.write(item)[0], netsuite.write(item)[0]

    assert (second["status"], second["internalId"]) == ("exists", first["internalId"])
    assert netsuite.one("invoice")["amountremaining"] == "478.31"


def test_a_memo_waits_for_the_invoice_it_offsets(netsuite):
    """The dependency is found out before anything is saved."""
    error = netsuite.write(credit_memo("50.00", (OTHER_INVOICE, "20.00")))[0]["error"]

    assert (error["code"], error["class"]) == ("LAGO_REFERENCE_NOT_FOUND", "dependency")
    assert (error["field"], error["line"], error["retryable"]) == ("doc", 0, True)
    assert netsuite.account.records("creditmemo") == []


def test_more_than_is_due_is_refused_with_both_amounts(netsuite):
    netsuite.write(plain_invoice("30.00"))

    error = netsuite.write(credit_memo("50.00", (OTHER_INVOICE, "40.00")))[0]["error"]

    assert (error["code"], error["class"], error["retryable"]) == ("LAGO_OVERAPPLIED", "state", False)
    assert "40.00 is to be applied to invoice HOO-2e8c" in error["message"]
    assert "30.00 is left" in error["message"]
    assert netsuite.account.records("creditmemo") == []


def test_nothing_can_be_applied_to_a_paid_invoice(netsuite):
    """Row 65: NetSuite does not list it any more."""
    netsuite.write(payment())

    error = netsuite.write(credit_memo("50.00", (INVOICE, "20.00")))[0]["error"]

    assert error["code"] == "LAGO_OVERAPPLIED"
    assert "0.00 is left" in error["message"]


def test_a_memo_cannot_offset_the_invoice_of_another_customer(netsuite):
    other = customer(
        external_id="lago-cus-b", lago_id="b", columns={"custentity_lago_id": "b", "entityid": "b"}
    )
    netsuite.write(other)

    item = credit_memo("50.00", (INVOICE, "20.00"), columns={"entity": {"externalId": "lago-cus-b"}})
    error = netsuite.write(item)[0]["error"]

    assert (error["code"], error["class"]) == ("LAGO_CUSTOMER_MISMATCH", "invalid_reference")
    assert "belongs to customer 501, not to customer 502" in error["message"]


def test_a_memo_cannot_offset_an_invoice_of_another_currency(netsuite):
    """Row 71: NetSuite lists only invoices in the memo's currency."""
    error = netsuite.write(credit_memo("50.00", (INVOICE, "20.00"), columns={"currency": "1"}))[0]["error"]

    assert (error["code"], error["class"]) == ("LAGO_CURRENCY_MISMATCH", "state")
    assert "is in EUR, what is to be applied in USD" in error["message"]


def test_a_memo_that_names_another_receivables_account_is_not_offered_the_invoice(netsuite):
    """Without a name of its own it takes the invoice's."""
    netsuite.write(plain_invoice("30.00", columns={"account": "111"}))
    item = credit_memo("50.00", (OTHER_INVOICE, "20.00"), columns={"account": "100"})

    error = netsuite.write(item)[0]["error"]

    assert (error["code"], error["class"]) == ("LAGO_NOT_APPLICABLE", "state")


def test_a_wrong_total_of_a_memo_saves_nothing(netsuite):
    error = netsuite.write(credit_memo("50.00", expect={"total": "51.00"}))[0]["error"]

    assert error["code"] == "LAGO_TOTAL_MISMATCH"
    assert netsuite.account.records("creditmemo") == []


def test_a_wrong_total_after_the_save_takes_the_memo_off_its_invoice_again(netsuite, monkeypatch):
    insert = Books.insert

    def one_more(books, group, kind, fields, sublists, *author):
        return insert(books, group, kind, fields | {"total": "50.01"}, sublists, *author)

    monkeypatch.setattr(Books, "insert", one_more)

    error = netsuite.write(credit_memo("50.00", (INVOICE, "20.00")))[0]["error"]

    assert error["code"] == "LAGO_TOTAL_MISMATCH"
    assert netsuite.account.records("creditmemo") == []
    assert netsuite.one("invoice")["amountremaining"] == "498.31"


def test_a_memo_that_lost_a_race_for_its_invoice_is_built_again(netsuite, monkeypatch):
    """Row 32: someone else was applied to the invoice while the memo was open."""
    insert, attempts = Books.insert, []

    def stale_once(*args):
        attempts.append(args)
        if len(attempts) == 1:
            raise StaleError
        return insert(*args)

    monkeypatch.setattr(Books, "insert", stale_once)

    assert netsuite.write(credit_memo("50.00", (INVOICE, "20.00")))[0]["status"] == "created"
    assert len(attempts) == 2


def test_a_spent_credit_is_applied_to_the_invoice_of_the_same_item(netsuite):
    netsuite.write(credit_memo("50.00"))

    written = netsuite.write(plain_invoice("80.00", apply_credits=spent("50.00")))[0]

    memo = netsuite.one("creditmemo")
    assert written["status"] == "created"
    assert [line["doc"] for line in memo["apply"]] == [written["internalId"]]
    assert (memo["unapplied"], memo["status"]) == ("0.00", "CustCred:B")
    assert netsuite.account.records("invoice")[1]["amountremaining"] == "30.00"


def test_a_spent_credit_is_applied_once_however_often_it_is_told(netsuite):
    netsuite.write(credit_memo("50.00"))
    item = plain_invoice("80.00", apply_credits=spent("20.00"))

    statuses = [netsuite.write(item)[0]["status"] for _ in range(3)]

    assert statuses == ["created", "exists", "exists"]
    assert netsuite.one("creditmemo")["unapplied"] == "30.00"


def test_one_memo_may_be_spent_on_several_invoices(netsuite):
    netsuite.write(credit_memo("50.00"))

    netsuite.write(plain_invoice("80.00", apply_credits=spent("20.00")))
    netsuite.write(plain_invoice("80.00", "33cc", apply_credits=spent("25.00")))

    memo = netsuite.one("creditmemo")
    assert [line["amount"] for line in memo["apply"]] == ["20.00", "25.00"]
    assert memo["unapplied"] == "5.00"


def test_a_note_that_is_named_twice_is_applied_by_the_sum(netsuite):
    netsuite.write(credit_memo("50.00"))

    netsuite.write(plain_invoice("80.00", apply_credits=spent("20.00") + spent("10.00")))

    assert netsuite.one("creditmemo")["applied"] == "30.00"


def test_a_share_that_someone_changed_is_put_right(netsuite):
    """Exactly that amount: the memo had been applied by less."""
    netsuite.write(credit_memo("50.00"), plain_invoice("80.00", apply_credits=spent("20.00")))

    netsuite.write(plain_invoice("80.00", apply_credits=spent("30.00")))

    assert netsuite.one("creditmemo")["applied"] == "30.00"


def test_an_invoice_is_written_before_the_memo_that_is_spent_on_it(netsuite):
    """It says that the credit is pending; the repeat finds the invoice and applies the memo."""
    item = plain_invoice("80.00", apply_credits=spent("50.00"))

    first = netsuite.write(item)[0]
    _, repeated = netsuite.write(credit_memo("50.00"), item)

    [warning] = first["warnings"]
    assert (first["status"], warning["code"], warning["field"]) == (
        "created", "LAGO_CREDIT_PENDING", "apply_credits",
    )  # fmt: skip
    assert "is not in NetSuite yet" in warning["message"]
    assert (repeated["status"], repeated["warnings"]) == ("exists", [])
    assert netsuite.account.records("invoice")[1]["amountremaining"] == "30.00"


def voided_with(*docs: dict[str, str]) -> dict:
    other = plain_invoice("80.00")
    return void(
        external_id=other["external_id"],
        lago_id=other["lago_id"],
        release_credits=[{"doc": doc} for doc in docs],
    )


def test_a_void_gives_back_the_memo_that_was_spent_on_the_invoice(netsuite):
    """The invoice is then voided as if nothing had been applied, and the memo can be spent again."""
    netsuite.write(credit_memo("50.00"), plain_invoice("80.00", apply_credits=spent("50.00")))

    first, again = (netsuite.write(voided_with(NOTE))[0] for _ in range(2))

    assert (first["status"], again["status"]) == ("voided", "exists")
    memo = netsuite.one("creditmemo")
    assert (memo["applied"], memo["unapplied"]) == ("0.00", "50.00")


def test_an_invoice_that_was_voided_meanwhile_spends_nothing(netsuite):
    """It had waited for its memo; the repeat finds it taken back and leaves the memo alone."""
    bill = plain_invoice("80.00", apply_credits=spent("50.00"))
    netsuite.write(bill)
    netsuite.write(voided_with(NOTE))

    _, repeated = netsuite.write(credit_memo("50.00"), bill)

    assert repeated["status"] == "exists"
    assert "LAGO_CREDIT_PENDING" not in codes(repeated)
    assert netsuite.one("creditmemo")["unapplied"] == "50.00"


def test_an_invoice_that_is_voided_while_its_memo_is_spent_keeps_nothing_of_it(netsuite, monkeypatch):
    """The void of another worker gets in between."""
    netsuite.write(credit_memo("50.00"))
    replace, attempts = Books.replace, []

    def voided_first(books, saved, *author):
        attempts.append(saved.type)
        if len(attempts) == 1:
            assert elsewhere(lambda: netsuite.write(voided_with(NOTE)))[0]["status"] == "voided"
        return replace(books, saved, *author)

    monkeypatch.setattr(Books, "replace", voided_first)

    written = netsuite.write(plain_invoice("80.00", apply_credits=spent("50.00")))[0]

    assert attempts[0] == "creditmemo"
    assert (written["status"], written["warnings"]) == ("created", [])
    assert netsuite.one("creditmemo")["unapplied"] == "50.00"


def numbered(place: int, amount: str, credit: str) -> dict:
    """An invoice that has spent a credit; Lago counts its invoices."""
    number = f"HOO-3F21-202608-{place:03}"
    lago_id = f"0000{place:04}"
    return plain_invoice(amount, lago_id, columns={"tranid": number}, apply_credits=spent(credit))


def test_an_invoice_waits_for_a_memo_that_an_earlier_invoice_has_not_given_back_yet(netsuite):
    """Lago spends a note twice only after a void, which is still on its way."""
    earlier, later = numbered(58, "80.00", "50.00"), numbered(59, "90.00", "40.00")
    netsuite.write(credit_memo("50.00"), earlier)

    first = netsuite.write(later)[0]
    earlier_void = void(external_id=earlier["external_id"], lago_id=earlier["lago_id"])
    voided, repeated = netsuite.write(earlier_void | {"release_credits": [{"doc": NOTE}]}, later)

    [warning] = first["warnings"]
    assert (first["status"], warning["code"]) == ("created", "LAGO_CREDIT_PENDING")
    assert "HOO-3F21-CN-001 is spent on HOO-3F21-202608-058 already" in warning["message"]
    assert (voided["status"], repeated["status"], repeated["warnings"]) == ("voided", "exists", [])
    assert netsuite.one("creditmemo")["unapplied"] == "10.00"


def test_an_invoice_does_without_a_memo_that_a_later_invoice_has(netsuite):
    """Its own void follows and is written only after it; a wait for the memo would never end."""
    netsuite.write(credit_memo("50.00"), numbered(59, "90.00", "40.00"))

    written = netsuite.write(numbered(58, "80.00", "50.00"))[0]

    assert (written["status"], codes(written)) == ("created", ["LAGO_CREDIT_GIVEN_BACK"])
    assert netsuite.one("creditmemo")["unapplied"] == "10.00"


def test_numbers_of_another_make_do_not_tell_which_invoice_is_later(netsuite):
    netsuite.write(credit_memo("50.00"), plain_invoice("90.00", "ab", apply_credits=spent("40.00")))

    written = netsuite.write(numbered(58, "80.00", "50.00"))[0]

    assert codes(written) == ["LAGO_CREDIT_PENDING"]


def test_a_memo_with_less_than_is_spent_is_refused(netsuite):
    netsuite.write(credit_memo("50.00"))

    error = netsuite.write(plain_invoice("80.00", apply_credits=spent("60.00")))[0]["error"]

    assert (error["code"], error["class"]) == ("LAGO_OVERAPPLIED", "state")
    assert "from credit memo HOO-3F21-CN-001" in error["message"]
    assert "50.00 is left" in error["message"]


def test_more_than_the_invoice_is_due_cannot_be_spent_on_it(netsuite):
    netsuite.write(credit_memo("50.00"))

    error = netsuite.write(plain_invoice("30.00", apply_credits=spent("40.00")))[0]["error"]

    assert error["code"] == "LAGO_OVERAPPLIED"
    assert "30.00 is left" in error["message"]


def test_a_memo_changed_meanwhile_is_loaded_again(netsuite, monkeypatch):
    """Row 32."""
    netsuite.write(credit_memo("50.00"), plain_invoice("80.00"))
    stale_once(monkeypatch)

    written = netsuite.write(plain_invoice("80.00", apply_credits=spent("20.00")))[0]

    assert written["status"] == "exists"
    assert netsuite.one("creditmemo")["applied"] == "20.00"


def test_a_dry_run_spends_nothing(netsuite):
    netsuite.write(credit_memo("50.00"))

    written = netsuite.write(plain_invoice("80.00", apply_credits=spent("50.00")), dry_run=True)[0]

    assert codes(written) == ["LAGO_DRY_RUN"]
    assert netsuite.one("creditmemo")["applied"] == "0.00"


def test_a_memo_of_a_closed_period_can_still_be_spent(netsuite):
    """Applying moves nothing in the ledger."""
    netsuite.write(credit_memo("50.00"))
    periods = tuple(
        period.model_copy(update={"closed": period.name == "Aug 2026"})
        for period in netsuite.account.profile.periods
    )
    netsuite.reopen(periods=periods)

    bill = plain_invoice("80.00", columns={"trandate": "2026-09-01"}, apply_credits=spent("50.00"))
    written = netsuite.write(bill)[0]

    assert written["status"] == "created"
    assert netsuite.one("creditmemo")["unapplied"] == "0.00"


def test_a_customer_is_found_for_its_memo_by_lago_id(netsuite):
    item = credit_memo("50.00", columns={"entity": {"lagoId": CUSTOMER_ID}})

    assert netsuite.write(item)[0]["status"] == "created"
    assert OTHER_INVOICE_ID not in str(netsuite.one("creditmemo"))


def test_a_memo_cannot_offset_what_is_no_invoice(netsuite):
    netsuite.write(credit_memo("10.00", external_id="lago-cn-2", lago_id="2", fingerprint="sha256:2"))

    error = netsuite.write(credit_memo("50.00", ({"externalId": "lago-cn-2"}, "20.00")))[0]["error"]

    assert (error["code"], error["class"]) == ("LAGO_INVALID_REFERENCE", "invalid_reference")
    assert error["message"] == "Record 9002 is no invoice."
