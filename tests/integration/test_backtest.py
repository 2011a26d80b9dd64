"""`backtest` over files, topics and Lago's API: the same differences from each, and nothing is written."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from consumer.commands import topic_span
from consumer.commands.topic_span import Span
from consumer.config.settings import Settings, env_name
from consumer.kafka import snapshot_reader, topics
from consumer.kafka.cluster import Cluster
from tests.integration.lago_programs import USAGE
from tests.integration.test_backfill import command
from tests.integration.test_payments_without_events import world
from tests.integration.worker_under_test import stage

pytestmark = pytest.mark.kafka

SETUP = {"kind": "add_on", "code": "setup", "units": "1", "unit_price": "40"}
BOOKS = ("invoice", "creditmemo", "customer", "customerpayment")
FILES = ("differences.csv", "sums.csv")


async def test_each_source_gives_exactly_the_lines_of_the_changed_account_and_nothing_is_written(
    tmp_path, monkeypatch, bootstrap_servers, topic_prefix
):
    """Not one call of NetSuite, nothing but reads of Lago, no record in Kafka; totals as before."""
    async with stage(bootstrap_servers, topic_prefix):
        with world(tmp_path, bootstrap_servers, topic_prefix) as running:
            bills = billed(running)
            running.until(lambda: len(running.payments()) == 1)
            running.until(lambda: {float(due) for due in running.due().values()} == {0.0})
            running.worker.kill()
            for name, value in running.environment.items():
                monkeypatch.setenv(name, value)
            cluster = Cluster.of(Settings.load())
            events = await written_down(cluster, tmp_path / "events.jsonl")
            before = await calls_and_books(running, cluster)

            changed = with_account(running.environment, tmp_path)
            found = {}
            for source in (events, "--topic", "--lago"):
                folder = tmp_path / source.strip("-/").replace("/", "-")
                found[source] = folder, command(
                    running.environment, "backtest", source, "--against", changed, "--csv", str(folder),
                    "--json",
                )  # fmt: skip
            same = command(
                running.environment, "backtest", "--lago", "--objects", "invoices",
                "--against", running.environment[env_name("connections_file")],
            )  # fmt: skip
            after = await calls_and_books(running, cluster)

    assert before == after
    assert same[0] == 0, same
    assert same[1].splitlines()[-1].endswith("no difference. Nothing was written.")
    for _, (code, printed, problems) in found.values():
        assert code == 1, problems
        of_usage(json.loads(printed), bills)
    [from_files, from_topics, from_lago] = [files_of(folder) for folder, _ in found.values()]
    assert from_files == from_topics == from_lago


def billed(running):
    """Four lines of usage and as many beside them; one invoice paid, one credited, one void."""
    lago = running.lago
    lago.act("customers", external_id="acme", currency="EUR")
    bills = [lago.bill(fees=[USAGE, SETUP]) for _ in range(3)]
    lago.act("payments", invoice_ids=[bills[0]["lago_id"]], how="settled_later")
    lago.act("credit_notes", invoice_id=bills[1]["lago_id"], to="offset")
    lago.act("voids", invoice_id=bills[2]["lago_id"])
    return bills


def of_usage(printed, bills):
    """The lines of usage alone move, by their whole amount, and no total changes."""
    differences = printed["changed"]
    assert {(each["aspect"], each["line"], each["after"]) for each in differences} == {
        ("account", "Api calls", "4999")
    }
    assert {each["number"] for each in differences if each["type"] == "invoice"} == {
        bill["number"] for bill in bills
    }
    assert [each["type"] for each in differences].count("creditmemo") == 1
    assert len(differences) == 4
    assert {each["change"] for each in printed["totals"]} == {"0.00"}
    moved = {(each["by"], each["value"]): each["change"] for each in printed["sums"]}
    assert {value for by, value in moved if by != "account"} == set()
    assert {each["amount"] for each in differences} == {"100.00"}


async def written_down(cluster, file):
    """The records of the input topics as a file of events."""
    with file.open("wb") as out:
        for topic in topics.names("input"):
            async for value, _ in topic_span.records(cluster, topic, Span()):
                out.write((value or b"") + b"\n")
    return str(file)


async def calls_and_books(running, cluster):
    """What has been asked of NetSuite, written to Lago and produced to Kafka, and NetSuite's books."""
    asked = running.lago.state["requests"]
    return {
        "NetSuite": (running.netsuite.get("stats")["calls"], len(running.netsuite.get("audit"))),
        "Lago": {name: count for name, count in asked.items() if not name.startswith("GET")},
        "Kafka": await snapshot_reader.extents(cluster, [each.name for each in topics.declared()]),
        "books": {each: running.netsuite.records(each) for each in BOOKS},
    }


def files_of(folder):
    """The rows of the CSV files, in an order of their own: sources differ in theirs."""
    return {name: sorted(csv.reader((folder / name).read_text().splitlines())) for name in FILES}


def with_account(environment: dict[str, str], folder: Path) -> str:
    """The connections in use, with an account for usage alone."""
    text = Path(environment[env_name("connections_file")]).read_text()
    changed = json.loads(text)
    mapping = changed["connections"][0]["mapping"]
    mapping["billable_metrics"] = {USAGE["code"]: {**mapping["fallback_item"], "account": "4999"}}
    file = folder / "changed.yaml"
    file.write_text(json.dumps(changed))
    return str(file)
