"""Texts from outside that try to act on the reader's terminal, through every command that shows any."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from consumer import cli
from consumer.clock import FakeClock
from consumer.commands import (
    audit,
    audit_trail,
    catalog,
    check,
    check_account,
    command_tree,
    explain,
    failure_log,
    open_errors,
    plan,
    preview,
    reconcile_files,
    reconcile_report,
    replay,
)
from consumer.commands.reconcile_repair import Repair
from consumer.config.settings import Settings
from consumer.demo import tables
from consumer.demo.fix_and_replay import Replay
from consumer.errors import StartupError
from consumer.failures.history import History
from consumer.failures.selection import Selection
from consumer.preflight.finding import Finding
from consumer.reconcile import acceptance, run_event
from consumer.reconcile.acceptance import Acceptance, AcceptedDifference, Division
from consumer.reconcile.comparison import Comparison
from consumer.reconcile.difference import Difference
from consumer.reconcile.restoration import KeptBack
from consumer.reconcile.run_event import RunFacts
from schemas.audit import AuditRecord
from schemas.reading import CatalogRow
from tests.support import lago
from tests.support.connection_files import connection, settings, yaml_text
from tests.unit.demo.test_tables import FIGURES
from tests.unit.failures.errors import failure

HOSTILE = {
    "swallowed markup": "10 [per gb] plan",
    "closing markup": "[/x] plan",
    "opening markup": "[bold red]plan[link=https://evil.example]",
    "emoji code": ":warning: plan",
    "terminal title": "\x1b]0;owned\x07plan",
    "cleared screen": "\x1b[2J\x1b[1;1H0 open",
    "C1 controls": "\x9b2Jplan\x9d0;owned\x9c",
    "carriage return": "plan\rMASKED",
    "right to left": "plan \u202e05.21\u202c \u2066x\u2069",
    "line separator": "plan\u2028x\u0085y",
    "lone surrogate": "plan \ud800",
    "delete": "plan\x7f\x08\x00",
    "long": "plan " + "x" * 4_000,
    "long and wide": "日本€💶" * 1_000,
}
ACTIVE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
FOLDED = re.compile(r"[\s│┃]")


@pytest.fixture(params=HOSTILE.values(), ids=HOSTILE)
def text(request):
    return request.param


@pytest.fixture
def shown(capsys, text):
    """What was printed; that nothing in it acts and the text can be read is looked at here."""

    def read(*, words=None):
        printed = capsys.readouterr()
        everything = printed.out + printed.err
        assert not ACTIVE.search(everything)
        plain = words or ACTIVE.sub(lambda found: ascii(found[0])[1:-1], text)
        assert FOLDED.sub("", plain)[:9] in FOLDED.sub("", everything)
        return printed.out

    return read


@pytest.fixture
def log(monkeypatch, text, no_pauses):
    """What has failed, every text of it hostile."""
    history = History()
    history.note_failure(
        failure(1, message=text, hint=text, code=text, connection=text, object_id=text, currency=text)
    )

    async def take(*_):
        return failure_log.FailureLog(history=history, settled={})

    monkeypatch.setattr(failure_log, "take", take)


@pytest.fixture
def file(tmp_path, text):
    """An invoice whose number, metric and customer are hostile, and an event that no rule knows."""
    named = lago.invoice([lago.fee(item={"code": text, "name": text}, description=text)], number=text)
    found = tmp_path / "events.json"
    values = [lago.event("invoice.created", named), lago.event("invoice.created", {"number": text})]
    found.write_text(json.dumps(values))
    return found


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_catalog(monkeypatch, shown, text, form):
    row = CatalogRow(id="1", name=text, values={"account": text, text: "x"}, texts={"account": text})

    async def rows(*_):
        return [row]

    monkeypatch.setattr(catalog, "_rows_of", rows)
    assert catalog.run("items", (connection(),), containing=None, form=form) == 0

    if form == "json":
        assert json.loads(shown(words="account"))[0]["name"] == text
    else:
        shown()


def test_a_catalog_in_csv_is_safe_in_a_spreadsheet(monkeypatch, capsys):
    row = CatalogRow(id="-100", name="=HYPERLINK(1)", values={"rate": "-12.50", "type": "-1"})

    async def rows(*_):
        return [row]

    monkeypatch.setattr(catalog, "_rows_of", rows)
    catalog.run("items", (connection(),), containing=None, form="csv")

    [found] = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert found == {
        "id": "-100",
        "name": "'=HYPERLINK(1)",
        "inactive": "false",
        "rate": "-12.50",
        "type": "'-1",
    }


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("as_json", [False, True])
def test_errors(shown, as_json):
    asyncio.run(open_errors.run(Settings(), as_json=as_json))

    shown(words="open" if as_json else None)


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("as_json", [False, True])
def test_replay(shown, text, as_json):
    wish = replay.Wish(selection=Selection(ids=frozenset({"error-1", text})), as_json=as_json)
    asyncio.run(replay.run(Settings(), wish))

    shown(words="unknown" if as_json else None)


@pytest.mark.parametrize("as_json", [False, True])
def test_plan(shown, file, as_json):
    asyncio.run(plan.of_files([file], plan.Wish(connections=(connection(mapping={}),), as_json=as_json)))

    shown(words="rejected")


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("mapping", [None, {}])
def test_explain(shown, text, file, as_json, mapping):
    chosen = (connection(**({} if mapping is None else {"mapping": mapping})),)
    asyncio.run(explain.run(Settings(), str(file), chosen, as_json=as_json))

    shown(words="event" if "\ud800" in text else "invoice")


def test_no_text_makes_a_line_of_its_own(capsys, tmp_path):
    """Or an invoice could say what becomes of another."""
    found = tmp_path / "events.json"
    forged = "ACM-1\nsends invoice ACM-2"
    found.write_bytes(lago.invoice_event(content=lago.invoice(number=forged)))
    asyncio.run(explain.run(Settings(), str(found), (connection(),)))

    lines = capsys.readouterr().out.splitlines()
    assert r"ACM-1\nsends invoice ACM-2" in lines[0]
    assert not any(line.startswith("sends invoice ACM-2") for line in lines)


@pytest.mark.parametrize("as_json", [False, True])
def test_reconcile(shown, text, tmp_path, as_json):
    texts = {
        "number": text, "lago": text, "netsuite": text, "netsuite_number": text, "cause": text, "url": text,
        "currency": text, "lago_id": text, "customer": text, "billing_entity": text,
    }  # fmt: skip
    differences = [Difference(what="total", kind="invoice", **texts)]
    known = Acceptance(key="k", digest="d", actor=text, at=text, reason=text)
    same = AcceptedDifference(difference=differences[0], acceptance=known)
    before = {acceptance.key_of(differences[0]): known}
    division = Division(open=differences, accepted=[same], before=before)
    comparison = Comparison()
    comparison.leave_out(text, text)
    comparison.balances.add_unknown("invoice", text, text, remaining=Decimal(1), total=Decimal(1), date=text)
    now = datetime(2026, 9, 1, tzinfo=UTC)
    facts = RunFacts(connection="netsuite-eu", run_id="1", actor=text, started_at=now, ended_at=now)
    repair = Repair(chosen=differences, kept_back=[KeptBack(difference=differences[0], reason=text)])
    run = run_event.reconciliation_of(facts, comparison, division)
    reconcile_report.show(comparison, division, run, as_json=as_json, csv=tmp_path, repair=repair)

    shown(words="total" if as_json else None)
    for name in ("differences.csv", "accepted.csv", "balances.csv", "totals.csv"):
        assert not ACTIVE.search((tmp_path / name).read_text(encoding="utf-8"))
    assert run_event.event_of(run).value


def test_a_formula_in_a_number_is_text_in_the_differences(tmp_path):
    difference = Difference(what="total", kind="invoice", number="=HYPERLINK(1)", lago="-1.00", netsuite="@x")
    reconcile_files.write(tmp_path, Comparison(), Division(open=[difference]))

    [found] = csv.DictReader((tmp_path / "differences.csv").read_text(encoding="utf-8").splitlines())
    assert (found["number"], found["lago"], found["netsuite"]) == ("'=HYPERLINK(1)", "-1.00", "'@x")


@pytest.fixture
def trail(monkeypatch, text):
    """What people did, every text of it hostile."""
    record = AuditRecord.model_construct(
        connection=text, act="close", actor=text, at=text, reason=text, details={text: text}, hash=text
    )

    async def read(_):
        return [record]

    monkeypatch.setattr(audit_trail, "read", read)


@pytest.mark.usefixtures("trail")
def test_audit(shown):
    asyncio.run(audit.show(Settings(), None, as_json=False))

    shown()


@pytest.mark.usefixtures("trail")
def test_audit_export(shown):
    asyncio.run(audit.export(Settings(), None))

    shown()


def test_no_reason_makes_a_record_of_its_own(monkeypatch, capsys):
    """Or somebody else could seem to have done something."""
    forged = AuditRecord(connection="eu", act="close", actor="eve", at="t", reason="x\n2026  eu  ada: close")

    async def read(_):
        return [forged]

    monkeypatch.setattr(audit_trail, "read", read)
    asyncio.run(audit.show(Settings(), None, as_json=False))

    assert capsys.readouterr().out.splitlines()[1] == r"    x\n2026  eu  ada: close"


async def test_an_actor_or_number_that_is_no_text_is_on_record_all_the_same():
    """Arguments may be any bytes, and a number of Lago's may hold half of a surrogate pair."""
    published = []

    async def publish(event):
        published.append(event)

    kept = audit_trail.AuditTrail(publish=publish, clock=FakeClock())
    record = await kept.append(
        "eu", "repair", actor="\udc80", reason="\ud800", details={"numbers": "N\ud800"}
    )

    assert (record.actor, record.reason) == (r"\udc80", r"\ud800")
    assert record.details == {"numbers": r"N\ud800"}
    assert AuditRecord.model_validate_json(published[0].value) == record


def test_preview_on_a_terminal(file, text):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    out = Terminal()
    preview.run([file], (connection(),), out=out)

    assert not ACTIVE.search(out.getvalue())
    assert len([json.loads(line) for line in out.getvalue().splitlines()]) == 2


@pytest.mark.parametrize("as_json", [False, True])
def test_check(monkeypatch, shown, text, tmp_path, as_json):
    file = tmp_path / "connections.yaml"
    named = text.translate({0: None, 0x2028: None, 0x85: None, 0xD800: None})
    file.write_text(yaml_text(settings(name=json.loads(json.dumps(named)))), encoding="utf-8")
    monkeypatch.setenv("LAGO_NETSUITE_CONNECTIONS_FILE", str(file))
    finding = Finding(id="login", status="fail", says=text, fix=text, where=text)

    async def look(*_):
        return (check_account.Found(connection=text, findings=(finding,)),)

    monkeypatch.setattr(check, "look", look)
    for name in ("CLIENT_ID", "CLIENT_SECRET", "TOKEN_ID", "TOKEN_SECRET"):
        monkeypatch.setenv(f"NETSUITE_{name}", "x")
    check.run((), deep=True, as_json=as_json)

    shown(words="login" if as_json else None)


def test_the_tables_of_the_demo(shown, text):
    rows = [dict.fromkeys(("customer", "currency", "lago", "netsuite"), text) | {"difference": "0"}]
    figures = {**{name: getattr(FIGURES, name) for name in FIGURES.__slots__}, "balances": rows}
    figures |= {"problems": [text], "broker": text}
    replayed = Replay(
        exit_code=0, events=(), settled={}, open=(failure(1, message=text, hint=text),), seconds=1
    )
    tables.end(tables.console(), type(FIGURES)(**figures), replayed)

    shown()


def test_the_sentence_of_an_error(monkeypatch, shown, text):
    def fail(*_, **__):
        raise StartupError(f"NetSuite says: {text}")

    monkeypatch.setattr(command_tree, "built", lambda _: fail)
    with pytest.raises(SystemExit):
        cli.main([])

    shown()
