"""The guide from shadow to cut over: each of its commands runs, and a replay of all creates nothing."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from consumer.config.settings import env_name
from consumer.sandbox.broker import stop
from tests.integration import running_programs
from tests.integration.test_backfill import command
from tests.integration.test_payments_without_events import world
from tests.integration.worker_under_test import stage

pytestmark = pytest.mark.kafka

GUIDE = (Path(__file__).parents[2] / "deploy" / "shadow.md").read_text()
COMMANDS = [
    shlex.split(line)[2:]
    for block in re.findall(r"```console\n(.*?)```", GUIDE, re.DOTALL)
    for line in block.splitlines()
]
TYPES = ("invoice", "creditmemo", "customerpayment", "customer")


def test_the_guide_has_its_commands():
    """The test below runs these, the last two after the mode is live."""
    assert [each[0] for each in COMMANDS] == [
        "check", "errors", "reconcile", "adopt", "adopt", "reconcile", "reconcile", "audit",
    ]  # fmt: skip


async def test_the_guide_leads_from_shadow_to_books_that_a_replay_leaves_alone(
    tmp_path, bootstrap_servers, topic_prefix
):
    """Books without our marks; one invoice is billed while nobody writes, and is found missing."""
    async with stage(bootstrap_servers, topic_prefix):
        with world(tmp_path, bootstrap_servers, topic_prefix) as running:
            lago, environment = running.lago, running.environment
            lago.act("customers", external_id="acme", currency="EUR")
            bills = [lago.bill() for _ in range(2)]
            lago.act("payments", invoice_ids=[bills[0]["lago_id"]], how="settled_later")
            running.until(lambda: len(running.payments()) == 1 and len(running.due()) == 2)
            # A killed worker would keep its partitions for the 45 s of a session.
            stop(running.worker.process)
            forget(running.netsuite)

            mode(environment, "shadow")
            with running_programs.worker(tmp_path, environment, name="shadow") as shadow:
                late = lago.bill()
                running_programs.until(lambda: "shadow" in shadow.said and late["number"], because=lambda: "")
                running_programs.until(lambda: settled(shadow), because=lambda: shadow.said)
            before = counts(running.netsuite)
            said = [with_report(each, tmp_path) for each in COMMANDS]
            told = [command(environment, *each) for each in said[:-2]]
            assert counts(running.netsuite) == before

            mode(environment, "live")
            told += [command(environment, *each) for each in said[-2:]]
            with running_programs.worker(tmp_path, environment, name="live"):
                assert command(environment, "backfill", "--go")[0] == 0
                running.until(lambda: len(running.due()) == 3)
                running_programs.until(
                    lambda: command(environment, "reconcile")[0] == 0, because=lambda: str(told)
                )
            after = counts(running.netsuite)

    check, _, compared, listed, adopted, again, repair, audit = told
    assert check[0] == 0, check
    assert late["number"] in compared[1]
    assert compared[1].splitlines()[-1].startswith("NOT in balance: 1 differences")
    assert listed[1].splitlines()[-1] == "3 documents would be adopted; --go adopts them."
    assert (adopted[0], adopted[1].splitlines()[-1]) == (0, "3 documents adopted, 0 refused.")
    assert again[1].splitlines()[-1].startswith("NOT in balance: 1 differences")
    assert "1 documents would be sent again" in repair[1]
    assert "adopt" in audit[1]
    assert after == before | {"invoice": before["invoice"] + 1}


def with_report(arguments, folder):
    """A command whose report goes into a folder of the test."""
    return [str(folder / each) if each == "shadow-report" else each for each in arguments]


def settled(worker):
    return "netsuite_attempt" not in worker.said and worker.answers("readyz")


def counts(netsuite):
    return {each: len(netsuite.records(each)) for each in TYPES}


def forget(netsuite):
    """Take our marks off: invoices keep Lago's id, payments nothing, as Lago's connector writes them."""
    for record_type in ("invoice", "customerpayment"):
        for record in netsuite.records(record_type):
            fields = {"externalid": "", "custbody_lago_fingerprint": ""}
            fields |= {"custbody_lago_id": ""} if record_type == "customerpayment" else {}
            sent = {"act": "edit", "type": record_type, "external_id": record["externalid"], "fields": fields}
            response = netsuite.http.post(f"{netsuite.origin}/sandbox/edits", json=sent)
            assert response.status_code == 200, response.text


def mode(environment, name):
    file = Path(environment[env_name("connections_file")])
    content = json.loads(file.read_text())
    content["connections"][0]["mode"] = name
    file.write_text(json.dumps(content))
