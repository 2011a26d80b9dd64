"""`send` refuses what would surprise, and says of each event what has become of it."""

import asyncio
import json

import pytest

from consumer.commands import send, sent_events, webhook_sending
from consumer.commands.sent_events import Sent
from consumer.config.settings import Settings
from consumer.errors import ConfigurationError
from consumer.record import LaneKey, Record, Source
from consumer.sandbox.broker import free_port
from schemas import error_mark, error_resolved
from schemas.error_event import CustomerError, ErrorEvent, ProviderError
from schemas.result import Result, SourceRef, Timings
from tests.support import lago
from tests.support.connection_files import connection

KEY = {"organization_id": lago.ORGANIZATION_ID, "webhook_hmac_key": "env:TEST_HMAC_KEY"}
SOURCE = SourceRef(topic="lago.invoices", partition=0, offset=1, timestamp_ms=1)
TRACE = "a" * 32


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setenv("TEST_HMAC_KEY", "secret")
    monkeypatch.setattr(webhook_sending, "ATTEMPTS", 0)
    found = tmp_path / "event.json"
    found.write_bytes(lago.invoice_event())
    return found


def _wish(file, **changes):
    given = {"connection": connection(lago=KEY), "files": [file], "wait_s": 0}
    return send.Wish(**(given | changes))


def _run(wish, **settings):
    return asyncio.run(send.run(Settings(**settings), wish))


def test_a_production_account_needs_a_word(file):
    """A sample that is posted there by mistake is an invoice."""
    production = connection(
        lago=KEY,
        environment="production",
        account_id="1234567",
        restlet_url="https://1234567.restlets.api.netsuite.com/app/site/hosting/restlet.nl?script=1&deploy=1",
    )

    with pytest.raises(ConfigurationError, match="a production account: nothing was sent; --go sends"):
        _run(_wish(file, connection=production))


def test_without_a_key_nothing_can_be_signed(file):
    with pytest.raises(ConfigurationError, match=r"webhook_hmac_key, which is not set; --topic needs none"):
        _run(_wish(file, connection=connection()))


def test_a_key_that_leads_nowhere_is_named(file, monkeypatch):
    monkeypatch.delenv("TEST_HMAC_KEY")

    with pytest.raises(ConfigurationError, match="TEST_HMAC_KEY is not set"):
        _run(_wish(file))


def test_where_nothing_listens_the_setting_is_named(file, capsys):
    """Exit code 1: it ran and failed."""
    port = free_port()

    assert _run(_wish(file), ingest_port=port) == 1
    said = capsys.readouterr().out
    assert f"NOT taken: nothing answers at http://127.0.0.1:{port}/lago/netsuite-eu" in said
    assert "LAGO_NETSUITE_INGEST_PORT" in said


def test_a_file_without_events_is_no_success(tmp_path, file, capsys):
    empty = tmp_path / "empty.json"
    empty.write_text("[]")

    assert _run(_wish(empty)) == 1
    assert "empty.json: contains no event" in capsys.readouterr().err


def _record(topic, value, **headers):
    return Record(
        source=Source(topic=topic, partition=0, offset=0),
        timestamp_ms=1,
        key=None,
        value=value if value is None else value.model_dump_json().encode(),
        lane=LaneKey(""),
        headers=tuple((name, text.encode()) for name, text in headers.items()),
    )


def result_event(**changes):
    given = {
        "connection": "netsuite-eu", "object": "invoice", "lago_id": "1", "event": "invoice.created",
        "status": "created", "netsuite_type": "invoice", "internal_id": "9001", "external_id": "lago-inv-1",
        "url": "https://netsuite.example/9001", "currency": "EUR", "totals": {"total": "20.00"},
        "mapping_version": "x", "attempts": 1, "written_at": "2026-08-01T00:00:00Z",
        "timings": Timings(latency_ms=1, call_ms=1), "source": SOURCE, "trace_id": TRACE,
    }  # fmt: skip
    return Result(**(given | changes))


def error_event(**changes):
    wrong = ProviderError(message="no item is mapped\nfor 'x'", error_code="invalid_mapping")
    customer = CustomerError(
        lago_customer_id=None, external_customer_id=None, accounting_provider_code="x", provider_error=wrong
    )
    given = {
        "organization_id": "o", "id": "error-1", "occurred_at": "t", "event": "invoice.created",
        "object": None, "hint": "map it", "retryable": True, "attempts": 1, "first_failed_at": "t",
        "source": SOURCE, "original": None, "trace_id": TRACE,
        "accounting_provider_customer_error": customer,
    }  # fmt: skip
    return ErrorEvent(**(given | changes))


def _noted(*records):
    sent = Sent(title="invoice.created A-1", object="invoice", trace_id=TRACE)
    for each in records:
        sent_events.note(each, {TRACE: sent})
    return sent


def test_an_invoice_has_not_ended_when_its_customer_is_written():
    """Both are written in one call; the customer's result may be read first."""
    customer = _record("p.lago.netsuite.results", result_event(object="customer"))

    assert not _noted(customer).has_ended
    assert _noted(customer, _record("p.lago.netsuite.results", result_event())).has_ended


@pytest.mark.parametrize(
    "record",
    [
        _record("lago.netsuite.results", None),
        _record("lago.netsuite.results", result_event(trace_id="b" * 32)),
        _record("lago.netsuite.results", result_event(trace_id=None)),
        _record("lago.accounting-provider-error", error_event(), **{error_mark.HEADER: "synced"}),
        _record("lago.accounting-provider-error", error_event(), ce_type=error_resolved.WEBHOOK_TYPE),
    ],
    ids=["tombstone", "of another", "without trace", "mark", "end of a failure"],
)
def test_other_records_say_nothing_of_an_event(record):
    noted = _noted(record)

    assert (noted.results, noted.error) == ([], None)


def _followed(monkeypatch, *records):
    """What is printed when Kafka gives these records after the event."""

    async def ends(_):
        return {}

    async def follow(_, __, sent):
        [trace] = sent
        for each in records:
            value = json.loads(each.value) | {"trace_id": trace}
            model = ErrorEvent if "hint" in value else Result
            sent_events.note(_record(each.source.topic, model.model_validate(value)), sent)

    async def take(_):
        return None

    class Taking:
        async def __aenter__(self):
            return take

        async def __aexit__(self, *_):
            return None

    monkeypatch.setattr(sent_events, "ends", ends)
    monkeypatch.setattr(sent_events, "follow", follow)
    monkeypatch.setattr(webhook_sending, "by_http", lambda _: Taking())


def test_what_is_written_is_named_with_amount_and_link(file, monkeypatch, capsys):
    _followed(monkeypatch, _record("lago.netsuite.results", result_event()))

    assert _run(_wish(file, wait_s=1)) == 0
    said = capsys.readouterr().out
    assert ": invoice 9001 created, 20.00 EUR\n  https://netsuite.example/9001\n" in said
    assert said.splitlines()[-1].startswith("Next: lago-netsuite console")


def test_what_is_rejected_is_named_with_reason_and_fix(file, monkeypatch, capsys):
    """On one line each, and the next command shows the failure in full."""
    _followed(monkeypatch, _record("lago.accounting-provider-error", error_event()))

    assert _run(_wish(file, wait_s=1)) == 1
    said = capsys.readouterr().out
    assert r": rejected: no item is mapped\nfor 'x'" in said
    assert "\n  Fix: map it\nNext: lago-netsuite errors show error-1\n" in said


def test_without_an_outcome_it_says_where_to_look(file, monkeypatch, capsys):
    _followed(monkeypatch)

    assert _run(_wish(file, wait_s=1)) == 1
    assert "no outcome within 1 s. `lago-netsuite status`" in capsys.readouterr().out
