"""The demo in one command: every event has its outcome, no document is there twice, every total is Lago's."""

import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from consumer.kafka import topics
from consumer.kafka.cluster import Cluster
from consumer.sandbox.broker import free_port, stop
from tests.browser import demo_visit
from tests.browser.demo_visit import Others, Visit
from tests.integration import running_programs
from tests.support import readme

ROOT = Path(__file__).parents[2]
LIMIT_S = 300
COLUMNS = 80
OTHERS = {"LAGO_NETSUITE_KAFKA_BOOTSTRAP_SERVERS": "a-deployment.example:9092"}
DEMO = [sys.executable, "-m", "consumer", "demo"]
STAYS = "goes on until Ctrl-C"
ANEW = "the worker has started anew with it."
PICTURES = ROOT / "deploy" / "pictures"
LARGEST_PICTURE_BYTES = 200_000
UPDATES_PICTURES = os.environ.get("UPDATE_PICTURES") == "yes"
PLANTED = {
    "customer_refused": "2 rejected (invalid_reference)",
    "repeated": "5 already_there",
    "unmapped_metric": "1 rejected (invalid_mapping)",
    "closed_period": "1 rejected (period_closed)",
    "payment_without_event": "1 written",
    "lost_webhook": "2 written",
    "undecodable_bytes": "2 rejected (undecodable)",
}
DOCUMENTS = {"customer": 11, "invoice": 35, "salesorder": 4, "customerpayment": 7}
READ_FROM_LAGO = 7
"""Payments that the worker reads because their invoices are paid; that of two invoices more than once."""

# One process plays the month once under pytest-xdist.
pytestmark = [pytest.mark.kafka, pytest.mark.xdist_group("demo")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """
    What the demo has printed, and what a person saw who looked at its console before it ended.

    Attributes:
        visit: None on a machine without Chromium.
        month_end: the README's commands for it, on the demo's topics.
    """

    returncode: int
    stdout: str
    stderr: str
    visit: Visit | None
    month_end: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def done(bootstrap_servers, tmp_path_factory):
    """The demo, run once with its figures on standard output; it stays, is looked at, and is ended."""
    folder = tmp_path_factory.mktemp("demo")
    report, pictures = folder / "build" / "demo.json", folder / "pictures"
    out, err = folder / "out", folder / "err"
    pictures.mkdir()
    arguments = ["--kafka", bootstrap_servers, "--json", "--report", str(report), "--stay"]
    with out.open("w") as stdout, err.open("w") as stderr:
        process = subprocess.Popen(
            [*DEMO, *arguments, "--console-port", "0"],
            cwd=ROOT,
            env=os.environ | OTHERS | {"COLUMNS": str(COLUMNS)},
            stdout=stdout,
            stderr=stderr,
        )
    try:
        running_programs.until(
            lambda: STAYS in err.read_text() or process.poll() is not None,
            because=err.read_text,
            limit_s=LIMIT_S,
        )
        console, sandbox = (_origin(err.read_text(), said) for said in ("The console: ", "books: "))
        month_end = _month_end(err.read_text())
        others = Others(review=lambda file: _review(err, file), reconcile=lambda: _reconcile(err.read_text()))
        seen = demo_visit.visit(console, sandbox, pictures, others) if demo_visit.program() else None
        process.send_signal(signal.SIGINT)
        code = process.wait(running_programs.EVENTUALLY_S)
    finally:
        stop(process)
    printed = {"stdout": out.read_text(), "stderr": err.read_text()}
    ran = Ran(returncode=code, **printed, visit=seen, month_end=month_end)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout == report.read_text()
    return ran


def _month_end(said: str) -> subprocess.CompletedProcess[str]:
    """As somebody runs the README's commands who has read where the demo's settings are."""
    return _run(said, *readme.month_end().commands)


def _review(err: Path, file: Path) -> None:
    """Put a changed file where the worker reads it, and wait until it has."""
    place = re.search(r"The worker starts anew when this file changes: (.*)", err.read_text())
    assert place is not None
    Path(place[1]).write_bytes(file.read_bytes())
    running_programs.until(lambda: ANEW in err.read_text(), because=err.read_text, limit_s=LIMIT_S)


def _reconcile(said: str) -> None:
    """Compare the books of the connection that was out of balance."""
    ran = _run(said, "lago-netsuite reconcile --connection netsuite-demo")
    assert ran.returncode == 0, ran.stdout + ran.stderr


def _run(said: str, *commands: str) -> subprocess.CompletedProcess[str]:
    """Commands in a shell that has the demo's settings."""
    sourced = re.search(r"Every command on it: (.*)", said)
    assert sourced is not None, said
    script = "\n".join([sourced[1], *commands])
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=ROOT,
        env=os.environ | {"PATH": programs},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


def test_the_commands_for_the_end_of_a_month_say_what_is_open(done):
    """Failures that the demo leaves to a person, books without other differences, and an unbroken record."""
    ran = done.month_end

    assert ran.returncode == 0, ran.stderr
    assert readme.month_end().unseen(ran.stdout) == []
    assert "exit code 2" not in ran.stdout


def _origin(text: str, said: str) -> str:
    found = re.search(rf"{said}(http://127\.0\.0\.1:\d+)/", text)
    assert found is not None, text
    return found[1]


@pytest.fixture
def figures(done):
    """What is written for machines."""
    return json.loads(done.stdout)


def test_the_demo_accounts_for_every_event(figures):
    """Exit code 0, and figures that add up."""
    ended = [figures[name] for name in ("written", "already_there", "ignored", "rejected")]

    assert figures["events"] == sum(ended) >= 60
    assert figures["duplicates"] == 0
    assert figures["webhooks_verified"] == figures["rejected"] == 6
    assert figures["planted"].pop("lost_answer").startswith("1 already_there (attempt ")
    assert figures["planted"].pop("payment_first").startswith("1 written (attempt ")
    assert figures["planted"] == PLANTED
    assert 0 < figures["latency_p50_ms"] <= figures["latency_p99_ms"]
    # The medians are not compared: other events, such as the payments read from Lago, have no webhook.
    assert 0 < figures["webhook_latency_p50_ms"] <= figures["webhook_latency_p99_ms"]
    assert figures["latency_max_ms"] > 0
    assert 0 < figures["seconds"] < LIMIT_S
    assert figures["problems"] == []


def test_the_books_end_in_balance(figures):
    """Every customer owes in NetSuite what Lago says, down to the last unit of the currency."""
    assert len(figures["balances"]) == 11
    assert all(Decimal(row["difference"]) == 0 for row in figures["balances"])
    # A paid invoice is voided by a memo, one whose payment comes later as such.
    assert figures["documents"].pop("creditmemo") in {4, 5}
    assert figures["documents"] == DOCUMENTS


def test_every_event_comes_in_as_a_signed_webhook(figures):
    """All but what something else wrote; what proves nothing is refused, what is known not taken."""
    way_in = figures["ingest"]

    assert (
        way_in["by_hmac"] + way_in["by_jwt"] == way_in["accepted"] == figures["events"] - 2 - READ_FROM_LAGO
    )
    assert min(way_in["by_hmac"], way_in["by_jwt"]) > 0
    assert (way_in["repeated"], way_in["past_it"]) == (1, 2)
    assert way_in["refusals"] == {"400": 1, "401": 3}


def test_every_failure_leaves_as_a_webhook_that_can_be_verified(figures):
    """Once refused by its receiver, it is posted again under the same id; new customers are posted, too."""
    way_out = figures["relay"]

    assert (way_out["failures"], way_out["customers"]) == (6, 9)
    assert (way_out["retried"], way_out["refused"]) == (1, 0)
    assert way_out["posted"] == way_out["verified"] + 1 == 16


def test_the_cause_that_was_mended_is_replayed_and_no_other(figures):
    """One event of six goes back, and is booked."""
    replay = figures["replay"]

    assert (replay["code"], replay["moved"], replay["outcome"]) == ("invalid_mapping", 1, "1 written")
    assert replay["still_open"] == 5


def test_what_lagos_webhooks_lost_comes_by_a_backfill(figures):
    """Both documents, and nothing besides."""
    assert figures["backfill"] == {"lost": 2, "sent": 2, "outcome": "2 written"}


def test_lagos_documents_carry_their_links_and_nothing_comes_back_twice(figures):
    """Every written invoice and credit note by one write each; entries of Lago's users stay."""
    links = figures["links"]

    # What NetSuite holds, without the memo by which it may reverse a paid invoice.
    assert links["documents"] == links["linked"] == links["writes"] == 39
    assert links["customers"] == 11
    assert (links["users_entries"], links["kept"]) == (3, 3)
    assert (links["came_back"], links["more_than_once"]) == (10, 0)


def test_the_last_line_is_whether_the_books_agree(done, figures):
    """What is missing is what was left open on purpose; the other connection is in balance."""
    *_, last, _ = done.stderr.partition("NetSuite's books: ")[0].splitlines()  # the addresses follow

    assert last == figures["reconcile"]["netsuite-demo"]
    assert last.startswith("NOT in balance: 3 differences in ")
    assert figures["reconcile"]["netsuite-demo-gulf"].startswith("In balance: 4 documents")
    assert done.stderr.count(": not in NetSuite\n") == 3


def test_people_are_shown_all_of_it(done):
    """In the order in which it happens; on standard error when the figures are on standard output."""
    headings = (
        "A month of signed webhooks",
        "What reached NetSuite",
        "What ingest did not put on Kafka",
        "What failed, why, and what to do",
        "$ lago-netsuite replay --code invalid_mapping --go",
        "1 of 1 replayed",
        "$ lago-netsuite backfill --connection netsuite-demo",
        "Lago's documents get their links",
        "Planted faults",
        "Still open, for a person to decide",
        "What every customer owes",
        "events came back, 0 more than once",
        "$ lago-netsuite reconcile --connection netsuite-demo-gulf",
    )

    shown = " ".join(done.stderr.split())  # wherever a narrow page breaks its lines
    places = [shown.find(heading) for heading in headings]

    assert -1 not in places
    assert places == sorted(places)


def test_tables_and_paragraphs_fit_a_small_terminal(done):
    """No line of them is longer than its 80 columns."""
    of_the_month = done.stderr.partition("What reached NetSuite")[2].partition("\n3 The metric")[0]
    of_the_end = done.stderr.partition("Planted faults")[2].partition("$ lago-netsuite reconcile")[0]

    assert max(map(len, (of_the_month + of_the_end).splitlines())) <= COLUMNS


def test_a_person_reads_what_is_missing_and_replays_it(done):
    """In a browser: once NetSuite's period is open, its invoice is not missing any more."""
    if done.visit is None:
        pytest.skip("no chromium: apt-get install chromium")

    assert done.visit.headlines == (
        "NetSuite is missing 1,504.30 EUR and 548.90 USD",
        "NetSuite is missing 1,504.30 EUR",
    )
    assert done.visit.breaches == []


def test_a_person_changes_the_mapping_of_a_cause_until_the_books_agree(done):
    """Its difference, its back-test, a review, a worker with the new file, a replay: then they do."""
    if done.visit is None:
        pytest.skip("no chromium: apt-get install chromium")
    walked = done.visit.mapping

    assert walked.coverage.startswith("Every line has a rule of its own in the latest ")
    assert "2 differ (2 by subsidiary); totals do not change." in walked.backtest
    assert walked.breaches == []


def test_the_pictures_of_the_readme_are_of_the_console_as_it_is(done):
    """`make pictures` takes them anew; each is small."""
    if done.visit is None:
        pytest.skip("no chromium: apt-get install chromium")

    for taken in done.visit.pictures:
        if UPDATES_PICTURES:
            shutil.copy(taken, PICTURES / taken.name)
        assert (PICTURES / taken.name).stat().st_size <= LARGEST_PICTURE_BYTES
        assert taken.stat().st_size <= LARGEST_PICTURE_BYTES
        assert size(taken) == size(PICTURES / taken.name)


def size(picture: Path) -> tuple[int, int]:
    """Width and height, as the header of a PNG has them."""
    return struct.unpack(">II", picture.read_bytes()[16:24])


async def test_no_topic_of_the_demo_stays_on_a_kafka_that_was_there(done, bootstrap_servers, figures):
    """They were its own, under a prefix that nobody else has."""
    async with Cluster(bootstrap_servers=bootstrap_servers).admin() as admin:
        names = await topics.partitions(admin)

    assert figures["broker"] == f"Kafka at {bootstrap_servers}"
    assert [name for name in names if name.startswith("demo-")] == []


def test_a_kafka_that_is_not_there_is_one_sentence():
    """With its address; the demo's topics are not said to stay where none were made."""
    address = f"127.0.0.1:{free_port()}"

    ran = subprocess.run(
        [*DEMO, "--kafka", address], capture_output=True, text=True, timeout=LIMIT_S, check=False
    )

    assert ran.returncode == 1
    assert f"Kafka cannot be reached at {address}" in ran.stderr.splitlines()[-1]
    assert "Traceback" not in ran.stderr
