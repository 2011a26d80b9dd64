"""`reconcile accept` says first what it would do, and puts who and why on record."""

from __future__ import annotations

from contextlib import asynccontextmanager

import pytest

from consumer import cli
from consumer.clock import FakeClock
from consumer.commands import audit_trail, difference_acceptance, reconciliation_log
from consumer.commands.audit_trail import AuditTrail
from consumer.commands.difference_acceptance import Wish
from consumer.config.settings import Settings
from consumer.errors import StartupError
from consumer.kafka import snapshot_reader
from consumer.kafka.cluster import Cluster
from consumer.reconcile import acceptance
from tests.support.connection_files import settings, yaml_text
from tests.unit.reconcile.test_acceptance import CODE, run

OTHER = {"what": "tax", "kind": "payment", "number": "payment of N-2", "key": "f" * 12, "digest": "e"}
TOTAL = {
    "what": "total", "kind": "invoice", "number": "N-1", "customer": "acme", "currency": "EUR",
    "lago": "10.00", "netsuite": "9.00", "key": "a1b2c3d4e5f6", "digest": "d",
}  # fmt: skip


class Topics:
    """The runs and the acts that are known."""

    def __init__(self, monkeypatch):
        self.runs, self.published, self.has_audit = [run(TOTAL, OTHER)], [], True
        self.trail = AuditTrail(publish=self._publish, clock=FakeClock())
        monkeypatch.setattr(reconciliation_log, "read", self._runs)
        monkeypatch.setattr(audit_trail, "read", self._records)
        monkeypatch.setattr(audit_trail, "opened", self._opened)
        monkeypatch.setattr(snapshot_reader, "exists", self._exists)

    async def _publish(self, event):
        self.published.append(event)

    async def _runs(self, _):
        return self.runs

    async def _records(self, _):
        if isinstance(self.has_audit, Exception):
            raise self.has_audit
        return self.trail.records

    async def _exists(self, *_):
        return bool(self.has_audit)

    @asynccontextmanager
    async def _opened(self, *_):
        yield self.trail


@pytest.fixture
def topics(monkeypatch):
    return Topics(monkeypatch)


def wish(*keys, **changes):
    known = {"connection": CODE, "keys": keys or (TOTAL["key"],), "reason": "tax was right", "actor": "ada"}
    return Wish(**known | changes)


async def act(*keys, **changes):
    return await difference_acceptance.run(Settings(), wish(*keys, **changes))


async def test_without_go_it_only_says_what_would_be_done(topics, capsys):
    """Which document, both values, and how to do it."""
    assert await act() == 0

    assert capsys.readouterr().out.splitlines() == [
        "invoice N-1, another total: would be accepted",
        "  Lago       10.00",
        "  NetSuite   9.00",
        "  key        a1b2c3d4e5f6",
        "",
        "Nothing is changed. The same command with --go does it.",
    ]
    assert topics.published == []


async def test_with_go_who_and_why_is_on_record_and_twice_is_once(topics, capsys):
    """With the digest of what was accepted."""
    assert await act("A1B2C3D4E5F6 ", TOTAL["key"], OTHER["key"], go=True) == 0
    first = capsys.readouterr().out
    assert await act(go=True) == 0

    assert "payment of N-2, another tax: accepted" in first
    assert "while both values stay as they are" in first
    assert "is accepted already" in capsys.readouterr().out
    [one, two] = topics.trail.records
    assert (one.act, one.actor, one.reason, one.details) == (
        "accept",
        "ada",
        "tax was right",
        {
            "difference": "a1b2c3d4e5f6", "what": "total", "document": "invoice N-1", "customer": "acme",
            "currency": "EUR", "lago": "10.00", "netsuite": "9.00", "digest": "d",
        },
    )  # fmt: skip
    assert two.details["difference"] == OTHER["key"]


async def test_values_that_have_changed_are_accepted_anew(topics):
    """By another act."""
    await act(go=True)
    topics.runs.append(run(TOTAL | {"digest": "changed"}, at="2026-11-05T08:00:00Z"))

    assert await act(go=True) == 0
    assert [each.details["digest"] for each in topics.trail.records] == ["d", "changed"]


async def test_what_was_accepted_is_taken_back(topics, capsys):
    """Also once no comparison lists it any more."""
    await act(go=True)
    topics.runs.clear()
    capsys.readouterr()

    assert await act(undo=True) == 0
    assert "a1b2c3d4e5f6: would be no longer accepted" in capsys.readouterr().out
    assert await act(undo=True, go=True) == 0

    assert [each.act for each in topics.trail.records] == ["accept", "reopen"]
    assert acceptance.standing(topics.trail.records, CODE) == {}


async def test_what_nobody_has_accepted_is_not_taken_back(topics, capsys):
    """It counts already."""
    assert await act(undo=True, go=True) == 0

    assert "invoice N-1, another total: is not accepted" in capsys.readouterr().out
    assert topics.published == []


@pytest.mark.parametrize("undo", [False, True])
@pytest.mark.parametrize("key", ["0" * 12, "", "\x1b[2J", "[bold]x", "x" * 4_000, "\ud800", "a1b2"])
async def test_a_key_of_nothing_is_exit_code_1_and_the_others_are_done(topics, capsys, key, undo):
    """And is printed so that it does nothing to the terminal."""
    if undo:
        await act(go=True)
    assert await act(key, TOTAL["key"], go=True, undo=undo) == 1

    printed = capsys.readouterr()
    assert f"no difference of the latest comparison of {CODE} has this key" in printed.err
    assert "\x1b" not in printed.err
    assert topics.trail.records[-1].details["difference"] == TOTAL["key"]


@pytest.mark.parametrize("undo", [False, True])
async def test_a_key_of_another_connection_names_that_one(topics, capsys, undo):
    """It is a slip of the option, and says which one is right."""
    topics.runs = [run(OTHER), run(TOTAL).model_copy(update={"connection": "netsuite-us"})]

    assert await act(go=True, undo=undo) == 1

    said = capsys.readouterr().err
    assert f"{TOTAL['key']}: is a difference of netsuite-us, not of {CODE}: name that connection" in said
    assert topics.published == []


async def test_a_difference_of_an_older_version_must_be_compared_once_more(topics):
    """Its event has no digest, so nobody knows what is accepted."""
    topics.runs = [run(TOTAL | {"digest": ""})]

    assert await act(go=True) == 1
    assert topics.published == []


@pytest.mark.parametrize("fault", [False, StartupError("Kafka at x does not answer")])
async def test_where_acceptances_cannot_be_read_every_difference_counts(topics, capsys, fault):
    """That hides nothing; a topic that is not there has none."""
    await act(go=True)
    topics.has_audit = fault
    capsys.readouterr()

    assert await difference_acceptance.standing(Cluster.of(Settings()), CODE) == {}
    assert ("every difference counts" in capsys.readouterr().err) is bool(fault)


@pytest.mark.parametrize("reason", ["", " \t"])
def test_a_reason_is_a_text(monkeypatch, tmp_path, capsys, reason):
    """Else a later reader of the audit has nothing."""
    file = tmp_path / "connections.yaml"
    file.write_text(yaml_text(settings()))
    monkeypatch.setenv("LAGO_NETSUITE_CONNECTIONS_FILE", str(file))

    with pytest.raises(SystemExit) as ended:
        cli.main(["reconcile", "accept", "a1b2c3d4e5f6", "--reason", reason])

    assert ended.value.code == 2
    assert "--reason needs a text" in capsys.readouterr().err
