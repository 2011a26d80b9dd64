"""The verdict reports every event with an unexpected outcome, and every figure that does not agree."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from consumer.demo import fix_and_replay, run_report
from consumer.demo.audit import audit
from consumer.demo.balance import compare
from consumer.demo.outcomes import Endings, Played
from consumer.demo.run_report import PlantedFault, figures
from consumer.demo.scenario_event import ScenarioEvent
from consumer.sandbox.lago import billing, crediting, settlement
from consumer.sandbox.lago.organization import Organization
from schemas.error_event import CustomerError, ErrorEvent, ProviderError
from schemas.result import Result, SourceRef, Timings

NOTHING = audit((), {})


@pytest.fixture(autouse=True)
def no_plants(monkeypatch):
    monkeypatch.setattr(run_report, "PLANTED_FAULTS", {})


def step(offset, *, ending="booked", plant=None, number="INV-1", total="10.00"):
    return Played(
        step=ScenarioEvent(
            title=f"event {offset}", topic="lago.invoices", key=b"k", value=b"{}", unique_key=f"k{offset}",
            ending=ending, plant=plant, lago_id=f"id-{offset}", number=number, currency="EUR", total=total,
        ),
        place=("lago.invoices", 0, offset),
    )  # fmt: skip


def source(offset):
    return SourceRef(topic="lago.invoices", partition=0, offset=offset, timestamp_ms=0)


def result(offset, *, status="created", lago_id=None, attempts=1, latency_ms=100.0):
    return Result(
        connection="c", object="invoice", lago_id=lago_id or f"id-{offset}", event="invoice.created",
        status=status, netsuite_type="invoice", internal_id="1", external_id="x", mapping_version="m",
        attempts=attempts, written_at="2026-07-01T00:00:00Z",
        timings=Timings(latency_ms=latency_ms, call_ms=1), source=source(offset),
    )  # fmt: skip


def failure(offset, code="invalid_mapping"):
    about = CustomerError(
        lago_customer_id=None, external_customer_id=None, accounting_provider_code="c",
        provider_error=ProviderError(message="no", error_code=code),
    )  # fmt: skip
    return ErrorEvent(
        organization_id=None, accounting_provider_customer_error=about, id=f"e{offset}",
        occurred_at="2026-07-01T00:00:00Z", event=None, object=None, hint="", retryable=True, attempts=1,
        first_failed_at="2026-07-01T00:00:00Z", source=source(offset), original=None,
    )  # fmt: skip


def endings(*published):
    found = Endings()
    for one in published:
        found.note_error(one) if isinstance(one, ErrorEvent) else found.note_result(one)
    return found


def judged(scenario, found, *, settled, webhooks=(), books=NOTHING, balances=()):
    return figures(scenario, found, books, balances=balances, settled=settled, webhooks=webhooks, broker="b")


def test_a_run_in_which_all_is_well_has_no_problem():
    """Every event is counted once, by what became of it."""
    scenario = [step(0), step(1), step(2, ending="ignored"), step(3, ending="rejected")]
    found = endings(result(0), result(1, status="exists"), failure(3))
    settled = {"written": 1, "already_there": 1, "ignored": 1, "rejected": 1}

    run = judged(scenario, found, settled=settled, webhooks=["e3"])

    assert run.problems == []
    assert (run.events, run.written, run.already_there, run.ignored, run.rejected) == (4, 1, 1, 1, 1)
    assert run.latency_p50_ms == 100.0


def test_an_event_that_also_created_its_customer_is_written_once():
    """Two results of one event are one event."""
    found = endings(result(0, status="exists"), result(0, status="created", lago_id="customer"))

    run = judged([step(0)], found, settled={"written": 1})

    assert (run.written, run.already_there, run.problems) == (1, 0, [])


@pytest.mark.parametrize(
    ("scenario", "published", "settled", "said"),
    [
        ([step(0)], [], {"ignored": 1}, "event 0 must be booked and is ignored"),
        ([step(0)], [failure(0)], {"rejected": 1}, "event 0 must be booked and is rejected"),
        ([step(0, ending="ignored")], [result(0)], {"written": 1}, "event 0 must be ignored and is written"),
        ([step(0)], [result(0)], {"written": 2}, "topics tell of 1 written, the worker's metrics of 2"),
        (
            [step(0, ending="rejected")],
            [failure(0)],
            {"rejected": 1},
            "failures and verified webhooks differ: e0",
        ),
    ],
)
def test_what_does_not_fit_is_said(scenario, published, settled, said):
    assert said in judged(scenario, endings(*published), settled=settled).problems


@pytest.mark.parametrize(
    ("ending", "published", "has_all"),
    [
        ("booked", [], False),
        ("booked", [result(1)], True),
        ("rejected", [failure(1)], True),
        ("ignored", [], True),
    ],
)
def test_an_event_is_shown_only_after_what_became_of_it_was_read(ending, published, has_all):
    """The worker counts an event as soon as Kafka has its result; whoever reads the topic has it later."""
    assert endings(*published).have_all_of(step(1, ending=ending)) is has_all


def test_an_event_that_was_not_settled_is_not_taken_for_ignored():
    found = endings()
    found.unsettled = {("lago.invoices", 0, 0)}

    assert judged([step(0)], found, settled={}).problems == ["event 0 must be booked and is unsettled"]


@pytest.mark.parametrize(
    ("published", "became", "is_good"),
    [
        ([result(0, status="exists", attempts=2)], "1 already_there (attempt 2)", True),
        ([result(0, status="exists")], "1 already_there", False),
        ([failure(0, "USER_ERROR")], "1 rejected (USER_ERROR)", False),
        ([], "1 ignored", False),
    ],
)
def test_a_planted_fault_must_end_as_it_was_meant_to(monkeypatch, published, became, is_good):
    """By name, with its code or its attempts."""
    monkeypatch.setattr(
        run_report, "PLANTED_FAULTS", {"lost": PlantedFault(what="", events=1, ends="already_there (attempt")}
    )

    run = judged([step(0, plant="lost")], endings(*published), settled={})

    assert run.planted == {"lost": became}
    assert any("the planted lost" in problem for problem in run.problems) is not is_good


BOOK = {
    "custbody_lago_id": "id-0", "externalid": "lago-inv-id-0", "tranid": "INV-1", "total": "10.00",
    "currency_iso": "EUR",
}  # fmt: skip


class TestAudit:
    """The books must hold each booked document once, with Lago's figures, and nothing else."""

    def look(self, *books, ending="booked"):
        return audit([step(0, ending=ending).step], {"invoice": books})

    def test_books_that_agree(self):
        assert self.look(BOOK) == NOTHING

    @pytest.mark.parametrize(
        ("book", "said"),
        [
            (BOOK | {"total": "10.01"}, "invoice INV-1 is 10.00 EUR in Lago and 10.01 EUR in NetSuite"),
            (BOOK | {"currency_iso": "USD"}, "invoice INV-1 is 10.00 EUR in Lago and 10.00 USD in NetSuite"),
            (BOOK | {"tranid": "9"}, "invoice INV-1 is called 9 in NetSuite"),
        ],
    )
    def test_a_document_with_other_figures_is_said(self, book, said):
        assert self.look(book).differences == (said,)

    def test_a_document_that_is_missing_is_said(self):
        assert self.look().differences == ("invoice INV-1 is not in NetSuite",)

    def test_a_document_that_should_not_be_there_is_said(self):
        found = self.look(BOOK, ending="rejected")

        assert found.differences == ("invoice INV-1 is in NetSuite and should not be",)

    @pytest.mark.parametrize("changed", ["custbody_lago_id", "externalid"])
    def test_records_that_share_one_id_are_duplicates_whichever_id_it_is(self, changed):
        second = BOOK | {changed: "another"}

        assert self.look(BOOK, second).duplicates == 1

    def test_a_sales_order_is_expected_where_one_is_written_and_nowhere_else(self):
        """A document of its own, under the invoice's number and total."""
        billed = step(0).step
        ordered = replace(billed, is_ordered=True)
        order = BOOK | {"externalid": "lago-so-id-0"}

        assert audit([ordered], {"invoice": [BOOK], "salesorder": [order]}) == NOTHING
        assert audit([ordered], {"invoice": [BOOK]}).differences == ("salesorder INV-1 is not in NetSuite",)
        assert audit([billed], {"invoice": [BOOK], "salesorder": [order]}).differences == (
            "salesorder INV-1 is in NetSuite and should not be",
        )

    def test_a_customer_that_is_missing_is_said(self):
        customer = replace(step(0, number=None, total=None).step, topic="lago.customers")

        assert audit([customer], {}).differences == ("customer id-0 is not in NetSuite",)

    def test_a_payment_and_a_credit_note_are_looked_for_like_an_invoice(self):
        note = replace(step(0).step, topic="lago.credit_notes", number="INV-1-CN001")
        payment = replace(step(1, number=None).step, topic="lago.payments")

        assert audit([note, payment], {}).differences == (
            "creditmemo INV-1-CN001 is not in NetSuite",
            "customerpayment id-1 is not in NetSuite",
        )

    def test_a_voided_invoice_may_amount_to_nothing_or_be_reversed_by_a_memo(self):
        """Either is valid in NetSuite; a memo of an invoice that is not voided is an unexpected record."""
        billed = step(0).step
        void = replace(billed, is_void=True, total=None)
        memo = BOOK | {"externalid": "lago-inv-id-0-void", "tranid": "R-1"}

        assert audit([billed, void], {"invoice": [BOOK | {"total": "0.00"}]}) == NOTHING
        assert audit([billed, void], {"invoice": [BOOK], "creditmemo": [memo]}) == NOTHING
        assert audit([billed], {"invoice": [BOOK], "creditmemo": [memo]}).differences == (
            "creditmemo R-1 is in NetSuite and should not be",
        )


class TestBalances:
    """Every customer owes the same in Lago and in NetSuite, or the demo fails."""

    @pytest.fixture
    def lago(self):
        organization = Organization(now=lambda: datetime(2026, 8, 1, tzinfo=UTC))
        organization.upsert_customer("c1", currency="EUR")
        return organization

    def bill(self, lago, price=10, **changes):
        sale = {"kind": "charge", "code": "api_calls", "unit_price": price}
        return billing.bill(lago, "c1", [sale], **changes)["lago_id"]

    def owed(self, lago, *, netsuite, open_ids=()):
        row = {"entityid": "c1", "currency_iso": "EUR", "balance": netsuite}
        return compare(lago, open_ids, [row] if netsuite else [])

    def test_documents_that_raise_and_lower_what_is_owed_are_added_up(self, lago):
        """A note is credit until it is spent, a refund until it is paid out."""
        first, second = self.bill(lago), self.bill(lago, 50)
        settlement.pay(lago, [first], how="manual", cents=400)
        crediting.credit(lago, first, share=Decimal("0.2"), to="offset")
        settlement.pay(lago, [second], how="manual")
        refund = crediting.credit(lago, second, share=Decimal("0.1"), to="refund")
        crediting.credit(lago, second, share=Decimal("0.2"))

        [balance] = self.owed(lago, netsuite="-10.00")
        crediting.refund_succeeded(lago, refund["lago_id"])
        [after] = self.owed(lago, netsuite="-5.00")

        assert (balance.lago, balance.netsuite, balance.difference) == (-10, -10, 0)
        assert not after.difference

    def test_what_was_paid_of_a_voided_invoice_is_the_customers(self, lago):
        paid = self.bill(lago)
        settlement.pay(lago, [paid], how="manual", cents=400)
        billing.void(lago, paid)

        [balance] = self.owed(lago, netsuite="-4.00")

        assert not balance.difference

    def test_what_is_not_in_netsuite_yet_or_never_is_left_out(self, lago):
        """Open failures, drafts, and invoices that partners issue themselves."""
        self.bill(lago)
        failed = self.bill(lago, 5)
        self.bill(lago, 7, status="draft")
        self.bill(lago, 9, self_billed=True)

        [balance] = self.owed(lago, netsuite="10.00", open_ids=[failed])

        assert not balance.difference

    @pytest.mark.parametrize(("netsuite", "theirs"), [("9.99", "9.99"), ("", "0.00")])
    def test_a_difference_is_a_problem_of_the_run(self, lago, netsuite, theirs):
        self.bill(lago)

        run = judged([], Endings(), settled={}, balances=self.owed(lago, netsuite=netsuite))

        assert run.problems == [f"c1 owes 10.00 EUR in Lago and {theirs} in NetSuite"]
        assert run.balances[0]["difference"].startswith("-")


def test_the_percentiles_are_of_what_was_answered_at_the_first_attempt():
    """Repeats after lost responses, and waits, are reported separately."""
    scenario = [step(0), step(1), step(2)]
    found = endings(
        result(0, latency_ms=10.0), result(1, latency_ms=20.0), result(2, attempts=2, latency_ms=5000.0)
    )

    run = judged(scenario, found, settled={"written": 3})

    assert (run.latency_p50_ms, run.latency_max_ms) == (15.0, 5000.0)
    assert run.latency_p99_ms < 21


def test_every_pipeline_of_the_worker_settles_every_event():
    """The one that owns it as it ends, the others as ignored."""
    run = figures(
        [step(0)], endings(result(0)), NOTHING, balances=(), settled={"written": 1, "ignored": 1},
        webhooks=(), broker="b", pipelines=2,
    )  # fmt: skip

    assert (run.problems, run.written, run.ignored) == ([], 1, 0)


def test_the_wait_begins_when_the_webhook_is_posted():
    """Kafka's timestamp comes later; without a webhook there is no wait."""
    played, past_the_door = replace(step(0), sent_ms=-20.0), step(1)
    found = endings(result(0, latency_ms=10.0), result(1))

    assert found.waited_ms(played) == 30.0
    assert found.waited_ms(past_the_door) is None


def test_what_came_with_a_document_is_told_beside_it():
    """A customer who was not there yet, a sales order; not what stood there before."""
    order = result(0).model_copy(update={"object": "sales_order", "netsuite_type": "salesorder"})
    found = endings(order, result(0), result(0, status="exists", lago_id="customer"))

    assert found.main_result(step(0)).netsuite_type == "invoice"
    assert found.by_results(step(0)) == [order]


class TestReplay:
    """It settles the failures of the corrected cause, and no others."""

    def replayed(self, *places, exit_code=0, settled=None, still_open=("e1",)):
        moved = tuple(step(place) for place in places)
        failures = tuple(SimpleNamespace(id=each) for each in still_open)
        counted = {"written": len(places)} if settled is None else settled
        return fix_and_replay.Replay(
            exit_code=exit_code, events=moved, settled=counted, open=failures, seconds=1.0
        )

    def found(self):
        return endings(failure(0), failure(1, "period_closed"), result(7))

    def test_what_was_put_back_is_written_and_the_rest_is_still_open(self):
        done = self.replayed(7)

        assert fix_and_replay.problems(done, self.found()) == []
        assert fix_and_replay.figures(done, self.found()) == {
            "code": "invalid_mapping", "moved": 1, "outcome": "1 written", "still_open": 1, "seconds": 1.0,
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"exit_code": 1}, "`lago-netsuite replay --code invalid_mapping --go` ended with 1"),
            ({"settled": {"written": 2}}, "1 events were replayed, and the worker has written 2"),
            ({"still_open": ()}, "failure e1 should be open, or is and should not"),
            ({"still_open": ("e0", "e1")}, "failure e0 should be open, or is and should not"),
        ],
    )
    def test_what_is_not_so_is_said(self, changes, said):
        assert fix_and_replay.problems(self.replayed(7, **changes), self.found()) == [said]

    def test_an_event_that_is_not_put_back_is_said(self):
        """Whatever the command says of itself."""
        assert "0 events were replayed, not 1" in fix_and_replay.problems(self.replayed(), self.found())

    def test_an_event_that_fails_again_is_said(self):
        found = self.found()
        found.note_error(failure(8))

        assert "event 8 was replayed and is rejected" in fix_and_replay.problems(self.replayed(8), found)
