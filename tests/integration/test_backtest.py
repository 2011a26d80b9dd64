"""`backtest` over Lago's API and over the topics: the same differences, and nothing is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from consumer.config.settings import env_name
from tests.integration.test_backfill import command
from tests.integration.test_payments_without_events import world
from tests.integration.worker_under_test import stage

pytestmark = pytest.mark.kafka


async def test_lago_and_the_topics_give_the_same_differences_and_nothing_is_written(
    tmp_path, bootstrap_servers, topic_prefix
):
    """One changed account: the invoices' lines and those of the note, totals as before."""
    async with stage(bootstrap_servers, topic_prefix):
        with world(tmp_path, bootstrap_servers, topic_prefix) as running:
            lago = running.lago
            lago.act("customers", external_id="acme", currency="EUR")
            bills = [lago.bill() for _ in range(3)]
            lago.act("payments", invoice_ids=[bills[0]["lago_id"]], how="settled_later")
            lago.act("credit_notes", invoice_id=bills[1]["lago_id"], to="offset")
            lago.act("voids", invoice_id=bills[2]["lago_id"])
            running.until(lambda: len(running.payments()) == 1)
            running.until(lambda: {float(due) for due in running.due().values()} == {0.0})
            before = [running.netsuite.records(each) for each in ("invoice", "creditmemo", "customer")]

            changed = with_account(running.environment, tmp_path)
            found = {
                source: command(running.environment, "backtest", "--against", changed, source, "--json")
                for source in ("--lago", "--topic")
            }
            same = command(
                running.environment, "backtest", "--lago", "--objects", "invoices",
                "--against", running.environment[env_name("connections_file")],
            )  # fmt: skip
            after = [running.netsuite.records(each) for each in ("invoice", "creditmemo", "customer")]

    assert before == after
    assert same[0] == 0, same
    assert same[1].splitlines()[-1].endswith("no difference. Nothing was written.")
    for code, printed, problems in found.values():
        assert code == 1, problems
        differences, totals = json.loads(printed)["changed"], json.loads(printed)["totals"]
        assert {each["aspect"] for each in differences} == {"account"}
        assert {each["number"] for each in differences if each["type"] == "invoice"} == {
            bill["number"] for bill in bills
        }
        assert [each["after"] for each in differences] == ["4999"] * 4
        assert {each["change"] for each in totals} == {"0.00"}
    [from_lago, from_topics] = [json.loads(printed) for _, printed, _ in found.values()]
    assert (from_lago["sums"], from_lago["totals"]) == (from_topics["sums"], from_topics["totals"])


def with_account(environment: dict[str, str], folder: Path) -> str:
    """The connections in use, with an account for the fallback item."""
    text = Path(environment[env_name("connections_file")]).read_text()
    changed = json.loads(text)
    changed["connections"][0]["mapping"]["fallback_item"]["account"] = "4999"
    file = folder / "changed.yaml"
    file.write_text(json.dumps(changed))
    return str(file)
