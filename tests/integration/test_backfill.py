"""Lago's documents reach empty books by a backfill, though it is killed on the way, each once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from os import environ

import pytest

from consumer.record import Event
from schemas import audit
from schemas.audit import AuditRecord
from tests.integration import running_programs
from tests.integration.test_payments_without_events import world
from tests.integration.worker_under_test import stage

pytestmark = pytest.mark.kafka

BILLS = 197
AGREED = "In balance: 200 documents of netsuite-house agree."


def backfill(environment, *options):
    return command(environment, "backfill", *options)


def command(environment, *arguments, limit_s=120):
    ended = subprocess.run(
        [sys.executable, "-m", "consumer", *arguments],
        env={**environ, **environment},
        capture_output=True,
        text=True,
        timeout=limit_s,
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


async def test_a_backfill_that_is_killed_continues_and_every_document_is_there_once(
    tmp_path, bootstrap_servers, topic_prefix
):
    """Beside a live event, two hundred documents in all; voids come last, drafts not at all."""
    async with stage(bootstrap_servers, topic_prefix):
        with world(tmp_path, bootstrap_servers, topic_prefix) as running:
            lago = running.lago
            lago.act("faults", lose=10_000, requests_per_s=None)
            lago.act("customers", external_id="acme", currency="EUR")
            bills = [lago.bill() for _ in range(BILLS)]
            payment = lago.act("payments", invoice_ids=[bills[0]["lago_id"]], how="charged_at_once")
            note = lago.act("credit_notes", invoice_id=bills[1]["lago_id"], to="offset")
            lago.act("voids", invoice_id=bills[2]["lago_id"])

            code, planned, _ = backfill(running.environment, "--json")
            plan = json.loads(planned)["plan"]
            assert (code, plan["counts"]) == (
                0,
                {"customer": 1, "invoice": BILLS, "credit_note": 1, "payment": 1, "void": 1},
            )
            assert plan["closed_periods"] == {
                "known": True, "policy": "hold", "periods": [], "counts": {}, "sums": {}, "without_period": 0,
            }  # fmt: skip

            log = tmp_path / "backfill.log"
            go = ["backfill", "--go", "--rate", "100"]
            with running_programs.running(go, log, running.environment) as killed:
                running.until(lambda: len(running.netsuite.records("invoice")) > 10)
                killed.send_signal(signal.SIGKILL)
                killed.wait()
            lago.act("faults", lose=-10_000)
            live = lago.bill()
            code, said, problems = backfill(running.environment, "--go")
            assert code == 0, said + problems

            expected = {f"lago-inv-{bill['lago_id']}" for bill in [*bills, live]}
            running.until(
                lambda: {one["externalid"] for one in running.netsuite.records("invoice")} == expected
            )
            running.until(lambda: running.payments().keys() == {f"lago-pay-{payment['lago_id']}"})
            for settled in bills[:3]:
                running.until(lambda number=settled["number"]: float(running.due()[number]) == 0)
            found = [one["externalid"] for one in running.netsuite.records("creditmemo")]
            code, agreed, problems = command(running.environment, "reconcile")
    assert (code, agreed.splitlines()[-1]) == (0, AGREED), agreed + problems
    assert f"lago-cn-{note['lago_id']}" in found
    assert "events sent." in said


async def test_a_key_of_another_organisation_is_one_sentence(tmp_path, bootstrap_servers, topic_prefix):
    """Nothing is read beyond that, and nothing is sent."""
    async with stage(bootstrap_servers, topic_prefix):
        with world(tmp_path, bootstrap_servers, topic_prefix, organization_id="another") as running:
            code, said, problems = backfill(running.environment)

    assert (code, said) == (2, "")
    assert "the key is of organisation" in problems
    assert "lago.organization_id is another" in problems


async def test_what_was_done_is_on_record_and_an_altered_record_is_found(
    tmp_path, bootstrap_servers, topic_prefix
):
    """Who, when, and how far it came; the chain breaks at the record that somebody altered."""
    async with stage(bootstrap_servers, topic_prefix) as on_kafka:
        with world(tmp_path, bootstrap_servers, topic_prefix) as running:
            assert command(running.environment, "audit")[1] == "Nobody has done anything yet.\n"
            running.lago.act("customers", external_id="acme", currency="EUR")
            assert backfill(running.environment, "--go", "--actor", "Ada")[0] == 0
            code, listed, _ = command(running.environment, "audit", "--json")
            acts = [(each["actor"], each["details"]["state"]) for each in json.loads(listed)]
            assert (code, acts) == (0, [("Ada", "started"), ("Ada", "done")])
            assert command(running.environment, "audit", "verify")[0] == 0
            assert command(running.environment, "audit", "export", "--csv")[1].count("backfill") == 2

            altered = AuditRecord.model_validate(json.loads(listed)[-1]).model_copy(update={"actor": "Eve"})
            value = altered.model_dump_json().encode()
            event = Event(topic=audit.TOPIC, key=altered.connection.encode(), value=value)
            await on_kafka.publisher.publish(event)
            code, said, _ = command(running.environment, "audit", "verify")
    assert (code, said.count("record 3: its content is not what its hash says")) == (1, 1)
