"""What commands print can be read at any width, in a pipe and without colours, whatever Lago's texts are."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.cells import cell_len

from consumer.backfill.closed_periods import ClosedPart
from consumer.backfill.plan import BackfillPlan
from consumer.commands import (
    adopt,
    audit,
    audit_trail,
    backfill_report,
    backtest,
    catalog,
    check,
    check_account,
    difference_acceptance,
    error_closing,
    error_detail,
    error_list,
    explain,
    failure_log,
    open_errors,
    plan,
    reconcile_report,
    reconciliation_log,
    replay,
    send,
    sign_off,
    status,
)
from consumer.commands.connection_status import ConnectionStatus
from consumer.commands.lago_documents import Scope
from consumer.commands.reconcile_repair import Repair
from consumer.commands.sent_events import Sent
from consumer.config.settings import Settings
from consumer.demo import tables
from consumer.demo.fix_and_replay import Replay
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
from tests.unit.commands.test_hostile_texts import ACTIVE
from tests.unit.commands.test_send import error_event, result_event
from tests.unit.commands.test_status import waits
from tests.unit.demo.test_tables import FIGURES
from tests.unit.failures.errors import failure

TEXTS = {
    "plain": "plan for the storage of a customer in the north",
    "hostile": "plan [bold]x[/x] [per gb] \x1b[2J\x1b]0;owned\x07 \u202e05.21\u202c\r\n\u2028sends",
    "4,000 characters": "plan " + "x" * 3_995,
    "4,000 wide characters in words": "plan " + "日本€ 💶 " * 666,
}
MODES = {
    "60": {"COLUMNS": "60"},
    "80": {"COLUMNS": "80"},
    "120": {"COLUMNS": "120"},
    "a pipe": {},
    "a terminal": {"COLUMNS": "80", "FORCE_COLOR": "1", "TERM": "xterm-256color"},
    "NO_COLOR": {"COLUMNS": "80", "FORCE_COLOR": "1", "TERM": "xterm-256color", "NO_COLOR": "1"},
}
STYLE = re.compile(r"\x1b\[([0-9;]*)m")
WITHOUT_COLOUR = frozenset({"", "0", "1", "2", "3"})
LABELLED_ADDRESS = re.compile(r"(?: *\S* +)?\S+://\S+")
NOTHING = Division()
NOW = datetime(2026, 9, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Stage:
    """A text from outside, and what a command needs."""

    text: str
    folder: Path
    patch: pytest.MonkeyPatch

    def given(self, module: object, name: str, value: object) -> None:
        """A function of a module that gives this value, asked for or awaited."""

        async def give(*_, **__):
            return value

        self.patch.setattr(module, name, give)

    def log(self) -> None:
        """A failure, every text of it from outside."""
        history = History()
        texts = dict.fromkeys(("message", "hint", "connection", "object_id", "customer_name"), self.text)
        history.note_failure(replace(failure(1, **texts), number=self.text))
        self.given(failure_log, "take", failure_log.FailureLog(history=history, settled={}))

    def events(self) -> Path:
        """An invoice whose number, metric and customer are from outside, and an event that no rule knows."""
        fee = lago.fee(item={"code": self.text, "name": self.text}, description=self.text)
        values = [
            lago.event("invoice.created", lago.invoice([fee], number=self.text)),
            lago.event("invoice.created", {"number": self.text}),
        ]
        found = self.folder / "events.json"
        found.write_text(json.dumps(values))
        return found


def _errors(stage):
    stage.log()
    asyncio.run(open_errors.run(Settings(), as_json=False))


def _errors_list(stage):
    stage.log()
    asyncio.run(error_list.run(Settings(), Selection(), "text"))


def _errors_show(stage):
    stage.log()
    asyncio.run(error_detail.run(Settings(), "error-1", as_json=False))


def _errors_close(stage):
    stage.log()
    wish = error_closing.Wish(act="close", ids=["error-1"], reason=stage.text, actor=stage.text)
    asyncio.run(error_closing.run(Settings(), wish))


def _status(stage):
    text = stage.text
    waiting = waits(1, waits_for=text, reason=text, kind="hold")
    failed = failure(1, message=text, hint=text, connection=text)
    found = ConnectionStatus(code=text, waiting=(waiting,), failures=(failed,))
    stage.given(status, "_read", [found])
    asyncio.run(status.run(Settings(), [text], as_json=False))


def _explain(stage):
    asyncio.run(explain.run(Settings(), f"{stage.events()}#1", (connection(),)))


def _explain_rejected(stage):
    asyncio.run(explain.run(Settings(), f"{stage.events()}#1", (connection(mapping={}),)))


def _plan(stage):
    for mapping in ({}, {"mapping": {}}):
        wish = plan.Wish(connections=(connection(**mapping),))
        asyncio.run(plan.of_files([stage.events()], wish))


def _replay(stage):
    stage.log()
    wish = replay.Wish(selection=Selection(ids=frozenset({"error-1", stage.text})))
    asyncio.run(replay.run(Settings(), wish))


def _run(text, division=NOTHING, comparison=None):
    facts = RunFacts(connection="netsuite-eu", run_id="1", actor=text, started_at=NOW, ended_at=NOW)
    return run_event.reconciliation_of(facts, comparison or Comparison(), division)


def _difference(text):
    texts = dict.fromkeys(
        ("number", "lago", "netsuite", "netsuite_number", "cause", "url", "currency", "customer"), text
    )
    return Difference(what="total", kind="invoice", **texts)


def _reconcile(stage):
    text, comparison = stage.text, Comparison()
    comparison.leave_out(text, text)
    comparison.balances.add_unknown("invoice", text, text, remaining=Decimal(1), total=Decimal(1), date=text)
    difference = _difference(text)
    known = Acceptance(key="k", digest="d", actor=text, at=text, reason=text)
    same = AcceptedDifference(difference=difference, acceptance=known)
    before = {acceptance.key_of(difference): known}
    division = Division(open=[difference], accepted=[same], before=before)
    run = _run(text, division, comparison)
    repair = Repair(chosen=[difference], kept_back=[KeptBack(difference=difference, reason=text)])
    reconcile_report.show(comparison, division, run, as_json=False, csv=None, repair=repair)


def _accept(stage):
    difference = _difference(stage.text)
    key = acceptance.key_of(difference)
    known = Acceptance(key=key, digest="another", actor=stage.text, at=stage.text, reason=stage.text)
    stage.given(reconciliation_log, "read", [_run(stage.text, Division(open=[difference]))])
    stage.given(difference_acceptance, "standing", {key: known})
    wish = difference_acceptance.Wish(
        connection="netsuite-eu", keys=[key], reason=stage.text, actor=stage.text
    )
    asyncio.run(difference_acceptance.run(Settings(), wish))


def _sign_off(stage):
    run = _run(stage.text).model_copy(update={"ended_at": "2026-09-01T00:00:00Z"})
    record = AuditRecord(
        connection="netsuite-eu", act="sign_off", actor=stage.text, at="t", reason=stage.text,
        details={"month": "2026-08"},
    )  # fmt: skip

    @asynccontextmanager
    async def opened(*_):
        yield SimpleNamespace(records=[record])

    stage.given(reconciliation_log, "read", [run])
    stage.patch.setattr(audit_trail, "opened", opened)
    month = sign_off.Month.of("2026-08")
    wish = sign_off.Wish(connection="netsuite-eu", month=month, reason=stage.text, actor=stage.text)
    asyncio.run(sign_off.run(Settings(), wish))


def _backfill(stage):
    found = BackfillPlan()
    found.left_out[stage.text] = 1
    closed = ClosedPart(periods=[stage.text], without_period=1)
    own = connection(start_date="2026-01-01")
    backfill_report.show_plan(found, ("invoice",), own, closed, as_json=False)


def _check(stage):
    file = stage.folder / "connections.yaml"
    named = stage.text.translate({0: None, 0x2028: None})
    file.write_text(yaml_text(settings(name=named)), encoding="utf-8")
    stage.patch.setenv("LAGO_NETSUITE_CONNECTIONS_FILE", str(file))
    for name in ("CLIENT_ID", "CLIENT_SECRET", "TOKEN_ID", "TOKEN_SECRET"):
        stage.patch.setenv(f"NETSUITE_{name}", "x")
    finding = Finding(id="login", status="fail", says=stage.text, fix=stage.text, where=stage.text)
    stage.given(check, "look", (check_account.Found(connection=stage.text, findings=(finding,)),))
    check.run((), deep=True, as_json=False)


def _catalog(stage):
    texts = {"account": stage.text}
    rows = [CatalogRow(id="1", name=stage.text, values={"account": "801", "type": "x"}, texts=texts)] * 2
    stage.given(catalog, "_rows_of", rows)
    catalog.run("items", (connection(),), containing=None, form="table")


def _audit(stage):
    texts = dict.fromkeys(("connection", "actor", "at", "reason", "hash"), stage.text)
    record = AuditRecord.model_construct(act="close", details={stage.text: stage.text}, **texts)
    stage.given(audit_trail, "read", [record])
    asyncio.run(audit.show(Settings(), None, as_json=False))


def _audit_verify(stage):
    record = AuditRecord(
        connection=stage.text, act="close", actor="ada", at="t", reason="r", details={}, hash="another"
    )
    stage.given(audit_trail, "read", [record])
    asyncio.run(audit.verify(Settings()))


def _backtest(stage):
    changed = {"fallback_item": {"id": "900"}, "tax": {"mode": "none"}, "currencies": {"EUR": "2"}}
    wish = backtest.Wish(before=(connection(),), after=(connection(mapping=changed),))
    asyncio.run(backtest.of_files([stage.events()], wish))


def _adopt(stage):
    adoption = adopt.Adoption(failures=[(stage.text, stage.text)])
    own = connection()
    wish = adopt.Wish(connection=own, connections=(own,), scope=Scope(), actor="ada", go=True)
    adopt.show(adoption, wish)


def _send(stage):
    sent = Sent(title=f"invoice.created {stage.text}", object="invoice", trace_id="t")
    sent.results.append(result_event(netsuite_number=stage.text, url=stage.text))
    sent.error = error_event(hint=stage.text)
    send.show(sent, wait_s=30)
    send.show(Sent(title=stage.text, object="invoice", trace_id="t"), wait_s=30)


def _demo(stage):
    text = stage.text
    rows = [dict.fromkeys(("customer", "currency", "lago", "netsuite"), text) | {"difference": "0"}]
    figures = {**{name: getattr(FIGURES, name) for name in FIGURES.__slots__}, "balances": rows}
    still_open = (failure(1, message=text, hint=text),)
    replayed = Replay(exit_code=0, events=(), settled={}, open=still_open, seconds=1)
    tables.end(tables.console(), type(FIGURES)(**figures), replayed)


COMMANDS: dict[str, Callable[[Stage], None]] = {
    "adopt": _adopt,
    "audit": _audit,
    "audit verify": _audit_verify,
    "backfill": _backfill,
    "backtest": _backtest,
    "catalog": _catalog,
    "check --deep": _check,
    "demo": _demo,
    "errors": _errors,
    "errors close": _errors_close,
    "errors list": _errors_list,
    "errors show": _errors_show,
    "explain": _explain,
    "explain a rejected one": _explain_rejected,
    "plan": _plan,
    "reconcile": _reconcile,
    "reconcile accept": _accept,
    "reconcile sign-off": _sign_off,
    "replay": _replay,
    "send": _send,
    "status": _status,
}


@pytest.mark.usefixtures("no_pauses")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("command", COMMANDS)
def test_what_a_command_prints_can_be_read(command, text, mode, capsys, monkeypatch, tmp_path):
    """No line is wider, nothing acts on the terminal, and the text's first word is whole."""
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in MODES[mode].items():
        monkeypatch.setenv(name, value)

    COMMANDS[command](Stage(text, tmp_path, monkeypatch))

    printed = capsys.readouterr().out
    plain = STYLE.sub("", printed)
    assert ACTIVE.search(plain) is None
    assert [line for line in plain.splitlines() if cell_len(line) > _limit(line, mode)] == []
    assert _styles(printed) <= _allowed(mode, printed)
    assert "plan" in plain


def _limit(line: str, mode: str) -> float:
    """Addresses and commands of ours stay whole, so that they can be copied."""
    is_copied = line.strip().startswith("lago-netsuite ") or LABELLED_ADDRESS.fullmatch(line)
    columns = MODES[mode].get("COLUMNS")
    return float("inf") if is_copied or columns is None else int(columns)


def _styles(printed: str) -> set[str]:
    return {each for codes in STYLE.findall(printed) for each in codes.split(";")}


def _allowed(mode: str, printed: str) -> set[str]:
    match mode:
        case "a terminal":
            return _styles(printed)
        case "NO_COLOR":
            return set(WITHOUT_COLOUR)
        case _:
            return set()
