"""`plan` adds up what many events would come to: writes by kind, problems by cause; it writes nothing."""

import asyncio
import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from consumer.commands import event_file, lago_lookup, plan, plan_tables
from consumer.commands.plan_totals import PlanTotals
from consumer.errors import LagoNetsuiteError
from consumer.lago.lookup_result import Failed, Found, Missing
from consumer.pipeline import dry_run
from tests.support import lago
from tests.support.connection_files import FULL_MAPPING, connection

EUROPE = connection(code="netsuite-eu", select={"billing_entities": ["acme-eu"]})
FRANCE = connection(code="netsuite-fr", select={"billing_entities": ["acme-fr"]})
ANY = connection(code="netsuite-all")
ALONE = (connection(),)


def invoice(number, fees=None, **changes):
    """An invoice event of its own."""
    content = lago.invoice(fees, **{"lago_id": lago.id_of("plan", number), "number": number} | changes)
    return lago.invoice_event(content=content)


POUNDS = [invoice(f"ACM-00{n}", currency="GBP") for n in range(3)]
POUND_PAYMENT = lago.body(lago.event("payment.succeeded", lago.payment(amount_currency="GBP")))


@pytest.fixture
def planned(tmp_path, capsys):
    """The JSON that `plan` prints for these events."""

    def run(*values, exit_code=0, strict=False, to_file=False, **wishes):
        file = tmp_path / "events.json"
        file.write_bytes(b"[" + b",".join(values) + b"]")
        target = tmp_path / "requests.jsonl" if to_file else None
        wish = plan.Wish(
            **{"connections": ALONE} | wishes, as_json=True, is_strict=strict, requests_file=target
        )
        assert asyncio.run(plan.of_files([file], wish)) == exit_code
        return json.loads(capsys.readouterr().out)

    return run


def test_what_would_be_written_is_added_up_by_kind_with_amounts(planned):
    """A document that is announced twice is one document, whose amount counts once."""
    found = planned(lago.invoice_event(), lago.invoice_event("invoice.resynced"), invoice("ACM-2"))

    of_invoices = next(each for each in found["written"] if each["type"] == "invoice")
    [entry, *_] = found["requests"]
    assert (found["events"], found["outcomes"]["request"]) == (3, 3)
    assert (of_invoices["mode"], of_invoices["count"], of_invoices["documents"]) == ("create_or_get", 3, 2)
    assert list(of_invoices["amounts"]) == ["EUR"]
    assert {item["type"] for item in entry["items"]} == {"customer", "invoice"}


def test_a_file_with_one_event_a_line_may_be_of_any_size(tmp_path, capsys, monkeypatch):
    """It is never in memory as a whole: the limit is that of a line."""
    file = tmp_path / "events.jsonl"
    lines = [invoice(f"ACM-{number}") for number in range(20)]
    file.write_bytes(b"\n".join(lines))
    monkeypatch.setattr(event_file, "EVENT_LIMIT_BYTES", 2 * len(lines[0]))

    assert asyncio.run(plan.of_files([file], plan.Wish(connections=ALONE, as_json=True))) == 0

    assert json.loads(capsys.readouterr().out)["outcomes"]["request"] == 20


def test_a_cause_counts_its_documents_and_sums_their_amounts(planned):
    """An unmapped currency stops invoices and payments alike, and is one cause."""
    found = planned(*POUNDS, POUND_PAYMENT, lago.invoice_event())

    [cause] = found["causes"]
    assert cause["code"] == "unknown_currency"
    assert cause["message"] == "no NetSuite currency is mapped for GBP"
    assert (cause["count"], cause["documents"]) == (4, 4)
    assert "add GBP to mapping.currencies" in cause["fix"]
    assert cause["example"]["number"] == "ACM-000"
    assert found["blocked"]["amounts"] == cause["amounts"]
    assert found["outcomes"] == {"request": 1, "ignored": 0, "rejected": 4}


def test_an_event_with_two_problems_counts_for_both_causes_and_once_in_all(planned):
    """Each cause counts the events that its fix alone concerns."""
    bare = connection(mapping={name: value for name, value in FULL_MAPPING.items() if name == "currencies"})
    both = invoice("ACM-9", [lago.fee("charge", code="x"), lago.fee("charge", code="y")], currency="GBP")

    found = planned(both, connections=(bare,))

    assert {cause["message"] for cause in found["causes"]} >= {
        "no NetSuite currency is mapped for GBP",
        "no NetSuite item is mapped for charge 'x' (X)",
        "no NetSuite item is mapped for charge 'y' (Y)",
    }
    assert {cause["count"] for cause in found["causes"]} == {1}
    assert found["blocked"]["count"] == 1


def test_ignored_events_are_counted_by_rule(planned):
    """Nothing is skipped silently."""
    found = planned(lago.invoice_event(status="draft"), lago.invoice_event("invoice.drafted"))

    assert {each["rule"]: each["count"] for each in found["ignored"]} == {"not_finalized": 1, "event_type": 1}


def test_fallbacks_are_counted_with_their_line(planned):
    """They are what a reviewer looks for before going live."""
    found = planned(*(invoice(str(n), [lago.fee("charge", code="gpu")]) for n in range(2)))

    [fallback] = found["fallbacks"]
    assert (fallback["line"], fallback["rule"], fallback["count"]) == ("gpu", "mapping.fallback_item", 2)


def test_every_connection_that_claims_an_event_plans_it(planned):
    """As every worker's pipeline would."""
    found = planned(lago.invoice_event(), connections=(EUROPE, FRANCE, ANY))

    assert [each["connection"] for each in found["requests"]] == ["netsuite-eu", "netsuite-all"]
    assert (found["events"], found["outcomes"]["request"]) == (1, 2)


def test_a_chosen_connection_plans_every_event(planned):
    """Also those that it leaves to others."""
    found = planned(lago.invoice_event(), connections=(EUROPE, FRANCE), code="netsuite-fr")

    assert found["ignored"] == [{"connection": "netsuite-fr", "rule": "other_connection", "count": 1}]


def test_a_customer_whom_a_worker_would_look_up_is_told(planned):
    """What Lago answers may change what is sent, so the hash of such an event is no promise."""
    asking = connection(lago={"api_url": "https://api.lago.example", "api_key": "env:KEY"})

    found = planned(lago.invoice_event(), invoice("ACM-2"), connections=(asking,))

    assert found["looked_up"] == 1
    assert {each["looked_up"] for each in found["requests"]} == {"cus_7f21c0"}


def test_what_is_no_event_is_named_by_its_place_in_the_file(tmp_path, capsys):
    """A line of a file, or a record's coordinates."""
    file = tmp_path / "events.jsonl"
    file.write_bytes(lago.invoice_event() + b"\n{garbage}\n")

    asyncio.run(plan.of_files([file], plan.Wish(connections=ALONE, as_json=True)))

    found = json.loads(capsys.readouterr().out)
    assert found["causes"][0]["example"]["source"] == f"{file}#2"
    assert found["requests"][1] == {
        "source": f"{file}#2", "event": None, "object_id": None, "connection": "netsuite-eu",
        "outcome": "rejected", "code": "undecodable",
    }  # fmt: skip


def test_the_requests_go_to_a_file_where_one_is_named(planned, tmp_path):
    """A line each, so that large plans can be compared line by line."""
    found = planned(lago.invoice_event(), lago.invoice_event(status="draft"), to_file=True)

    lines = (tmp_path / "requests.jsonl").read_text().splitlines()
    assert "requests" not in found
    assert [json.loads(line)["outcome"] for line in lines] == ["request", "ignored"]


def test_strictness_is_for_pipelines(planned):
    """A plan that ran is a success, unless problems shall make it fail."""
    planned(POUNDS[0], exit_code=0)
    planned(POUNDS[0], strict=True, exit_code=1)
    planned(lago.invoice_event(), strict=True, exit_code=0)


def test_a_file_that_cannot_be_written_is_named(tmp_path):
    """Before any event is planned."""
    wish = plan.Wish(connections=(connection(),), requests_file=tmp_path / "missing" / "requests.jsonl")

    with pytest.raises(LagoNetsuiteError, match=r"requests\.jsonl: No such file"):
        asyncio.run(plan.of_files([Path("never-read.json")], wish))


LINK = {"integration_customers": [lago.link()]}


def lago_that_answers(monkeypatch, answer):
    """Lago's API, which is asked by external id."""
    asked = []

    class Api:
        def __init__(self, connection, *, clock):
            self.connection = connection

        async def customer(self, external_id):
            asked.append(external_id)
            return answer

        async def aclose(self):
            asked.append("closed")

    monkeypatch.setattr(lago_lookup, "LagoApi", Api)
    return asked


ASKING = (connection(lago={"api_url": "https://api.lago.example", "api_key": "env:KEY"}),)


def test_with_lago_asked_the_plan_is_the_last_word(monkeypatch, planned):
    """A customer who is linked is addressed by NetSuite's id and not created, as the worker has it."""
    asked = lago_that_answers(monkeypatch, Found(customer=lago.customer(**LINK)))

    before = planned(lago.invoice_event(), connections=ASKING)
    after = planned(lago.invoice_event(), connections=ASKING, asks_lago=True)

    assert asked == ["cus_7f21c0", "closed"]
    assert ([each["type"] for each in before["written"]], before["looked_up"]) == (["customer", "invoice"], 1)
    assert ([each["type"] for each in after["written"]], after["looked_up"]) == (["invoice"], 0)
    assert before["requests"][0]["sha256"] != after["requests"][0]["sha256"]


def test_a_customer_whom_lago_does_not_know_stops_the_event(monkeypatch, planned):
    """As it would the worker."""
    lago_that_answers(monkeypatch, Missing(external_id="cus_7f21c0"))

    found = planned(lago.invoice_event(), connections=ASKING, asks_lago=True)

    assert [each["code"] for each in found["causes"]] == ["lago_customer_missing"]


def test_a_lago_that_cannot_answer_leaves_the_plan_open(monkeypatch, planned):
    """It is shown as a customer that a worker would look up."""
    lago_that_answers(monkeypatch, Failed(reason="503"))

    found = planned(lago.invoice_event(), connections=ASKING, asks_lago=True)

    assert (found["outcomes"]["request"], found["looked_up"]) == (1, 1)


def shown(*values, connections=ALONE, width=80):
    """What a person sees."""
    totals = PlanTotals()
    for number, value in enumerate(values):
        totals.events += 1
        for found in dry_run.everywhere(value, connections):
            totals.add(found, f"events.json#{number}")
    out = io.StringIO()
    plan_tables.show(totals, Console(width=width, file=out))
    return out.getvalue()


def test_tables_fit_a_terminal_and_end_in_one_sentence():
    """Amounts per currency, the fix of each cause, and that nothing was written."""
    text = shown(lago.invoice_event(), *POUNDS, lago.invoice_event(status="draft"))

    assert "1. no NetSuite currency is mapped for GBP" in text
    assert "fix: add GBP to mapping.currencies" in text
    assert "created unless there" in text
    assert "Connection" not in text
    last = text.splitlines()[-1]
    assert last.startswith("5 events: 1 to be sent, 1 ignored, 3 rejected for 1 cause (")
    assert last.endswith("GBP). Nothing was written.")


def test_several_connections_are_told_apart():
    """With only one connection its name needs no column."""
    french = lago.invoice_event(billing_entity_code="acme-fr")

    text = shown(lago.invoice_event(), french, connections=(EUROPE, FRANCE), width=120)

    assert "netsuite-eu" in text
    assert "netsuite-fr" in text


def test_nothing_is_a_sentence_too():
    """An empty file is no error."""
    assert shown().strip() == "0 events: 0 to be sent, 0 ignored, 0 rejected. Nothing was written."
