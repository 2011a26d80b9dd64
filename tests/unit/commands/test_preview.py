"""`preview` prints what would be sent, byte for byte, and why; and sends nothing."""

import io
import json
import sys

import pytest

from consumer.commands import preview
from consumer.errors import LagoNetsuiteError
from tests.support import lago
from tests.support.connection_files import connection
from tests.support.mapping_results import mapped

KEYS = ["event", "object_id", "connection", "outcome", "rule", "error", "request", "decisions"]

EUROPE = connection(code="netsuite-eu", select={"billing_entities": ["acme-eu"]})
FRANCE = connection(code="netsuite-fr", select={"billing_entities": ["acme-fr"]})

ALONE = (connection(),)

INVOICE = lago.invoice_event()
DRAFT = lago.invoice_event(status="draft")
FRENCH = lago.invoice_event(billing_entity_code="acme-fr")


@pytest.fixture
def shown(tmp_path):
    """The lines printed for files of these contents."""

    def show(*contents, connections=ALONE, code=None):
        files = []
        for place, content in enumerate(contents):
            files.append(tmp_path / f"{place}.json")
            files[-1].write_bytes(content)
        out = io.StringIO()
        assert preview.run(files, connections, code, out) == 0
        return out.getvalue().splitlines()

    return show


def objects(lines):
    return [json.loads(line) for line in lines]


def test_a_request_is_shown_byte_for_byte_as_it_would_be_posted(shown):
    """What is reviewed is what is sent."""
    [line] = shown(INVOICE)

    body = mapped(INVOICE).request.body().decode()
    assert f',"request":{body},"decisions":[' in line
    found = json.loads(line)
    assert list(found) == KEYS
    assert (found["event"], found["object_id"]) == ("invoice.created", lago.INVOICE_ID)
    assert (found["connection"], found["outcome"]) == ("netsuite-eu", "request")
    assert (found["rule"], found["error"]) == (None, None)


def test_every_decision_names_its_rule_and_place(shown):
    """Which rule chose each item, tax and field."""
    [found] = objects(shown(INVOICE))

    assert {"subject": "line api_calls", "choice": "811"}.items() <= found["decisions"][0].items()
    assert all(set(each) >= {"subject", "choice", "rule", "at"} for each in found["decisions"])


def test_a_fallback_is_marked(shown):
    """It is what a reviewer looks for."""
    [found] = objects(shown(lago.invoice_event(content=lago.invoice([lago.fee("product")]))))

    assert [each["subject"] for each in found["decisions"] if each.get("fallback")] == ["line api_calls"]


def test_an_ignored_event_names_the_rule(shown):
    """And has no request."""
    [found] = objects(shown(DRAFT))

    assert list(found) == KEYS
    assert (found["outcome"], found["rule"], found["request"]) == ("ignored", "not_finalized", None)


def test_a_refused_event_says_what_to_change_and_how_far_it_came(shown):
    """Code, message, hint and details as in the error event."""
    [found] = objects(shown(lago.invoice_event(content=lago.invoice(currency="GBP"))))

    assert list(found) == KEYS
    assert (found["outcome"], found["request"]) == ("rejected", None)
    assert found["error"]["code"] == "unknown_currency"
    assert set(found["error"]) == {"code", "message", "hint", "details"}
    assert found["decisions"]


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b'{"webhook_type": 1}', b"\xff\xfe", b"NaN", b"[" * 5000]
)
def test_what_is_no_event_is_a_line_all_the_same(shown, content):
    """A file is never skipped silently."""
    [found] = objects(shown(content))

    assert (found["event"], found["object_id"]) == (None, None)
    assert (found["outcome"], found["error"]["code"]) == ("rejected", "undecodable")


def test_text_in_an_error_that_looks_like_our_placeholder_does_no_harm(shown):
    """The request goes to its place and to no other."""
    hostile = lago.body(lago.event('"request":null', {"lago_id": '"request":null'}))

    [found] = objects(shown(hostile))

    assert (found["event"], found["object_id"], found["request"]) == (
        '"request":null',
        '"request":null',
        None,
    )


SEVERAL = [INVOICE, DRAFT, FRENCH]
PRETTY = [json.dumps(json.loads(value), indent=2).encode() for value in SEVERAL]


@pytest.mark.parametrize(
    "content",
    [
        b"\n".join(SEVERAL),
        b"\r\n".join([*SEVERAL, b""]),
        b"\n\n".join(SEVERAL),
        b"[" + b",".join(SEVERAL) + b"]",
        b" [\n" + b" ,\n".join(PRETTY) + b"\n]\n",
    ],
    ids=["lines", "windows lines", "blank lines", "array", "pretty array"],
)
def test_a_file_can_hold_several_events(shown, content):
    """An event a line, or an array of them; each is shown in its order."""
    found = objects(shown(content))

    assert [each["outcome"] for each in found] == ["request", "ignored", "request"]


def test_events_of_an_array_keep_their_digits(shown):
    """They are cut out as text, not parsed and written anew."""
    precise = INVOICE.replace(b'"units":"1.0"', b'"units":1.00000000000000000001')

    [alone], [of_array] = shown(precise), shown(b"[" + precise + b"]")

    assert alone == of_array


def test_an_empty_array_holds_no_event(shown):
    """Nothing to show."""
    assert shown(b"[]") == []
    assert shown(b" [ \n ] ") == []


def test_a_pretty_event_alone_is_one_event(shown):
    """As `jq` prints it."""
    [found] = objects(shown(PRETTY[0]))

    assert found["outcome"] == "request"


def test_a_byte_order_mark_is_no_part_of_the_events(shown):
    """Editors on Windows put one there."""
    marked = b"\xef\xbb\xbf"

    for content in (INVOICE, b"[" + INVOICE + b"]", INVOICE + b"\n" + DRAFT):
        assert objects(shown(marked + content))[0]["outcome"] == "request"


def test_a_file_in_another_encoding_is_one_undecodable_event(shown):
    """Kafka carries UTF-8; a file that does not is not what would be there."""
    [found] = objects(shown(f"[{INVOICE.decode()}]".encode("utf-16")))

    assert found["error"]["code"] == "undecodable"


def test_several_files_follow_each_other(shown):
    """In the order of the command line."""
    assert [each["outcome"] for each in objects(shown(DRAFT, INVOICE))] == ["ignored", "request"]


def test_a_dash_is_standard_input(monkeypatch):
    """For pipes."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(INVOICE + b"\n" + DRAFT)))
    out = io.StringIO()

    preview.run([preview.Path("-")], (connection(),), None, out)

    assert [json.loads(line)["outcome"] for line in out.getvalue().splitlines()] == ["request", "ignored"]


def test_lines_are_printed_where_nothing_else_is_said(capsys, tmp_path):
    """Standard output by default."""
    file = tmp_path / "event.json"
    file.write_bytes(DRAFT)

    preview.run([file], (connection(),))

    assert json.loads(capsys.readouterr().out)["rule"] == "not_finalized"


def test_an_event_is_shown_at_the_connection_that_claims_it(shown):
    """Without a code each event finds its own."""
    found = objects(shown(INVOICE, FRENCH, connections=(EUROPE, FRANCE)))

    assert [each["connection"] for each in found] == ["netsuite-eu", "netsuite-fr"]
    assert [each["outcome"] for each in found] == ["request", "request"]


def test_an_event_nobody_claims_is_shown_at_the_first_connection(shown):
    """As the worker reports it."""
    italian = lago.invoice_event(billing_entity_code="acme-it")

    found = objects(shown(italian, b"garbage", connections=(EUROPE, FRANCE)))

    assert [each["connection"] for each in found] == ["netsuite-eu", "netsuite-eu"]
    assert [each["error"]["code"] for each in found] == ["unclaimed", "undecodable"]


def test_a_chosen_connection_shows_what_it_would_do_with_each_event(shown):
    """Also that it would do nothing."""
    found = objects(shown(INVOICE, b"garbage", connections=(EUROPE, FRANCE), code="netsuite-fr"))

    assert [each["connection"] for each in found] == ["netsuite-fr", "netsuite-fr"]
    assert [each["rule"] for each in found] == ["other_connection", "other_connection"]


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    """With what is wrong about it."""
    with pytest.raises(LagoNetsuiteError, match=r"missing\.json: No such file"):
        preview.run([tmp_path / "missing.json"], (connection(),))


def test_a_payment_is_dated_in_the_zone_that_an_invoice_before_it_has_named(shown):
    """As a worker does that has seen both: half past midnight in Auckland."""
    customer = lago.customer(applicable_timezone="Pacific/Auckland")
    billed = lago.invoice_event(customer=customer)
    paid = lago.body(lago.event("payment.succeeded", lago.payment(created_at="2026-07-31T12:30:00Z")))

    *_, found = objects(shown(billed, paid))

    assert found["request"]["items"][0]["record"]["columns"]["trandate"] == "2026-08-01"
