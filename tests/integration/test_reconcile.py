"""Whether the books agree: Lago, a worker and NetSuite, compared by the command."""

from __future__ import annotations

import json

import pytest

from tests.integration.test_backfill import command
from tests.integration.test_payments_without_events import world
from tests.integration.worker_under_test import stage

pytestmark = pytest.mark.kafka


async def test_the_books_agree_and_what_is_lost_is_found_and_sent_again(
    tmp_path, bootstrap_servers, topic_prefix
):
    """Notes spent and offset, payments of every kind and a void; then an invoice whose webhook was lost."""
    async with stage(bootstrap_servers, topic_prefix):
        with world(tmp_path, bootstrap_servers, topic_prefix) as running:
            lago = running.lago
            lago.act("faults", requests_per_s=None)
            lago.act("customers", external_id="acme", currency="EUR")
            bills = [lago.bill() for _ in range(4)]
            lago.act("payments", invoice_ids=[bills[0]["lago_id"]], how="charged_at_once")
            lago.act("credit_notes", invoice_id=bills[1]["lago_id"], to="offset", share="0.5")
            lago.act("credit_notes", invoice_id=bills[0]["lago_id"], share="0.3")
            later = lago.bill()
            lago.act("voids", invoice_id=bills[2]["lago_id"])

            def verdict():
                code, said, problems = command(running.environment, "reconcile")
                return code, said.splitlines()[-1] if said else problems

            running.until(lambda: verdict()[0] == 0)
            code, last = verdict()
            assert (code, last) == (0, "In balance: 8 documents of netsuite-house agree.")
            assert later["credit_notes_amount_cents"] == 3_000

            signing = ["reconcile", "sign-off", "--month", "2026-01", "--reason", "checked", "--actor", "ada"]
            code, said, problems = command(running.environment, *signing)
            assert code == 0, problems
            assert said.splitlines()[-1] == "ada would sign it off with 0 differences; --go does it."
            code, said, _ = command(running.environment, *signing, "--go")
            assert (code, said.splitlines()[-1]) == (0, "Signed off by ada: checked")
            code, said, _ = command(running.environment, "audit")
            assert "ada: sign_off" in said
            assert command(running.environment, "audit", "verify")[0] == 0

            lago.act("faults", lose=1)
            lost = lago.bill()
            code, found, _ = command(
                running.environment, "reconcile", "--json", "--csv", str(tmp_path / "csv")
            )
            [difference] = json.loads(found)["differences"]
            assert (code, difference["what"], difference["number"]) == (1, "missing", lost["number"])
            assert lost["number"] in (tmp_path / "csv" / "differences.csv").read_text()

            code, said, _ = command(running.environment, *signing, "--go")
            assert (code, said.splitlines()[-1][:34]) == (1, "Not signed off: 1 differences. End")
            code, _, problems = command(running.environment, "reconcile", "--customer", "acne")
            assert (code, "no customer with the external id acne" in problems) == (2, True)

            accepting = ["reconcile", "accept", difference["key"], "--actor", "ada"]
            code, _, problems = command(running.environment, *accepting, "--reason", "later", "--go")
            assert code == 0, problems
            assert verdict() == (
                0, "In balance: 9 documents of netsuite-house agree, but for 1 accepted differences.",
            )  # fmt: skip
            assert command(running.environment, *accepting, "--reason", "now", "--undo", "--go")[0] == 0

            code, said, _ = command(running.environment, "reconcile", "--repair")
            assert "1 documents would be sent again; --go sends them." in said
            assert said.splitlines()[-1].startswith("NOT in balance: 1 differences")
            command(running.environment, "reconcile", "--repair", "--go")
            running.until(lambda: verdict()[0] == 0)
            assert "repair" in command(running.environment, "audit")[1]
