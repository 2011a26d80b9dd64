"""Ten thousand parked errors on a real broker: what goes back, what does not, what an interrupt leaves."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete

from consumer.commands import audit_trail, relay_refunds
from consumer.config.settings import env_name
from consumer.kafka import republisher, snapshot_reader
from consumer.kafka.republisher import Copy
from consumer.ops.metrics import Metrics
from consumer.record import Source
from schemas import error_event, result
from tests.integration import failed_events, running_programs
from tests.integration.worker_under_test import TOPIC, Stage, stage, until
from tests.support import lago
from tests.support.refunds_by_hand import note_to_pay_back

pytestmark = pytest.mark.kafka

CAUSES = ("invalid_mapping", "period_closed", "missing_field")
PARKED = 10_000
# One in twenty-five is of the first cause.
PARKED_CAUSES = (CAUSES[0], *CAUSES[1:] * 12)
TWICE = 20
LIMIT_S = 60


@pytest.fixture
async def on_kafka(bootstrap_servers: str, topic_prefix: str) -> AsyncIterator[Stage]:
    async with stage(bootstrap_servers, topic_prefix) as ready:
        yield ready


@contextmanager
def command(on_kafka: Stage, *arguments: str):
    """The command line as a process of its own."""
    settings = {
        "kafka_bootstrap_servers": on_kafka.cluster.bootstrap_servers,
        "topic_prefix": on_kafka.cluster.topic_prefix,
        "consumer_group": f"{on_kafka.cluster.topic_prefix}worker",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "consumer", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **{env_name(name): value for name, value in settings.items()}},
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


async def said(on_kafka: Stage, *arguments: str) -> tuple[int, Any]:
    """The exit status and what was printed as JSON."""
    with command(on_kafka, *arguments, "--json") as process:
        out, err = await asyncio.to_thread(process.communicate, timeout=LIMIT_S)
        assert out, err
        return process.returncode, json.loads(out)


async def end_of_errors(on_kafka: Stage) -> int:
    consumer = on_kafka.cluster.consumer(group="ends")
    await consumer.start()
    try:
        places = [TopicPartition(on_kafka.cluster.topic(error_event.TOPIC), number) for number in range(12)]
        return sum((await consumer.end_offsets(places)).values())
    finally:
        await consumer.stop()


async def test_an_interrupted_replay_of_one_cause_is_finished_by_a_second_run(on_kafka, tmp_path):
    """
    Of ten thousand errors those of one cause go back, bytes and partition as they were, and into the books.

    Each is there once, also those that were put back twice: what a kill before the mark leaves behind.
    """
    events = failed_events.invoices(on_kafka.cluster.topic_prefix, PARKED)
    told = await failed_events.park(on_kafka, events, PARKED_CAUSES)
    wanted = {each for each, code in told.items() if code == CAUSES[0]}
    fixed = {event for n, event in enumerate(events) if PARKED_CAUSES[n % len(PARKED_CAUSES)] == CAUSES[0]}

    status, shown = await said(on_kafka, "errors")
    assert (status, shown["open"]) == (0, PARKED)
    assert Counter({each["code"]: each["count"] for each in shown["causes"]}) == Counter(told.values())

    with command(on_kafka, "replay", "--code", CAUSES[0], "--go", "--rate", "100") as process:

        async def is_in_the_middle() -> bool:
            return await end_of_errors(on_kafka) > PARKED + 50

        await until(is_in_the_middle)
        process.send_signal(signal.SIGINT)
        out, _ = await asyncio.to_thread(process.communicate, timeout=LIMIT_S)
    assert process.returncode == 1
    assert "Interrupted" in out
    done_first = len(await failed_events.replays(on_kafka))
    assert 50 < done_first < len(wanted)

    status, shown = await said(on_kafka, "replay", "--code", CAUSES[0], "--go", "--rate", "100000")
    assert (status, shown["replayed"]) == (0, len(wanted) - done_first)

    found = await failed_events.replays(on_kafka)
    assert Counter(record.header("replay-of") for record in found) == Counter(wanted)
    assert {record.value for record in found} == fixed
    assert {(record.key, record.header("x-lago"), record.header("replay-attempt")) for record in found} == {
        (b"org:customer", "1", "1")
    }
    status, shown = await said(on_kafka, "errors")
    assert (shown["open"], shown["under_way"]) == (PARKED - len(wanted), len(wanted))

    await failed_events.put_again(on_kafka, found[:TWICE])
    await failed_events.pass_over(on_kafka, f"{on_kafka.cluster.topic_prefix}worker", before="replay-of")
    booked = await asyncio.to_thread(books_after_work, on_kafka, tmp_path, len(wanted))
    assert booked == Counter(json.loads(event)["invoice"]["lago_id"] for event in fixed)
    status, shown = await said(on_kafka, "errors")
    assert (shown["open"], shown["under_way"]) == (PARKED - len(wanted), 0)


def books_after_work(on_kafka: Stage, folder: Path, count: int) -> Counter[str]:
    """How many invoices the sandbox has for each of Lago's, once a worker has nothing more to do."""
    with running_programs.sandbox(folder) as netsuite:
        environment = running_programs.environment(
            folder,
            bootstrap_servers=on_kafka.cluster.bootstrap_servers,
            topic_prefix=on_kafka.cluster.topic_prefix,
            connection=running_programs.connection(netsuite, code=failed_events.CONNECTION),
        )
        with running_programs.worker(folder, environment) as worker:
            running_programs.until(
                lambda: worker.said.count("record_settled") >= count + TWICE,
                because=lambda: worker.said[-2000:],
            )
        return Counter(each["custbody_lago_id"] for each in netsuite.records("invoice"))


async def test_a_replay_goes_to_the_partition_of_its_source(on_kafka):
    """Whatever its key would choose; and before --go nothing goes anywhere."""
    await failed_events.park(on_kafka, failed_events.invoices("partition", 24), CAUSES)

    _, shown = await said(on_kafka, "replay")
    assert (shown["selected"], await failed_events.replays(on_kafka)) == (24, [])

    status, _ = await said(on_kafka, "replay", "--go")

    places = {
        record.value: record.source.partition
        async for record in snapshot_reader.history(on_kafka.cluster, TOPIC)
        if record.header("replay-of") is None
    }
    assert status == 0
    assert {
        record.value: record.source.partition for record in await failed_events.replays(on_kafka)
    } == places


async def test_what_a_person_has_settled_is_not_replayed(on_kafka):
    """Booked by hand, or ignored with a reason; unknown ids are said."""
    told = list(await failed_events.park(on_kafka, failed_events.invoices("marks", 4), CAUSES[:1]))

    by = ("--actor", "ada")
    with command(on_kafka, "replay", "--mark-synced", told[0], *by) as looking:
        out, err = await asyncio.to_thread(looking.communicate, timeout=LIMIT_S)
    assert (looking.returncode, await failed_events.ends(on_kafka)) == (1, [])
    assert (f"{told[0]}: would be synced" in out, "with --go" in err) == (True, True)
    with command(on_kafka, "replay", "--mark-synced", told[0], "--go", *by) as marking:
        await asyncio.to_thread(marking.communicate, timeout=LIMIT_S)
    ids = ("--id", told[1], "--id", "nobody")
    with command(on_kafka, "replay", "--ignore", "a test", "--go", *ids, *by) as ignoring:
        await asyncio.to_thread(ignoring.communicate, timeout=LIMIT_S)
    status, shown = await said(on_kafka, "replay", "--go", "--reason", "item added", *by)

    assert (marking.returncode, ignoring.returncode, status) == (0, 1, 0)
    assert shown["replayed"] == 2
    assert {record.header("replay-of") for record in await failed_events.replays(on_kafka)} == set(told[2:])
    acts = await audit_trail.read(on_kafka.cluster)
    assert {each.actor for each in acts} == {"ada"}
    assert [(each.act, each.reason, each.details.get("mark")) for each in acts] == [
        ("close", "", "synced"),
        ("close", "a test", "ignored"),
        ("replay", "item added", None),
        ("end_replay", "", None),
    ]
    assert acts[-2].details["documents"] == "2"
    assert (acts[-1].details["outcome"], acts[-1].details["replayed"]) == ("done", "2")
    assert {each.error_id for each in await failed_events.ends(on_kafka)} == set(told[:2])


async def test_who_has_closed_a_failure_when_and_why_is_on_record(on_kafka):
    """A dry run changes nothing; a closed failure is open again once it is reopened; no replay took place."""
    [first, second] = await failed_events.park(on_kafka, failed_events.invoices("close", 2), CAUSES[:1])

    async def act(*arguments: str) -> tuple[int, str]:
        with command(on_kafka, "errors", *arguments) as process:
            out, err = await asyncio.to_thread(process.communicate, timeout=LIMIT_S)
            return process.returncode, out + err

    why = ("--reason", "entered twice", "--actor", "ada")
    await act("close", first, *why)
    _, untouched = await said(on_kafka, "errors")
    status, _ = await act("close", first, *why, "--go")
    _, closed = await said(on_kafka, "errors", "list", "--closed")
    _, left = await said(on_kafka, "errors", "list")
    await act("reopen", first, "--reason", "it was another one", "--actor", "bob", "--go")
    _, reopened = await said(on_kafka, "errors")
    _, records = await said(on_kafka, "audit")
    with command(on_kafka, "audit", "verify") as verify:
        await asyncio.to_thread(verify.communicate, timeout=LIMIT_S)

    assert (untouched["open"], status) == (2, 0)
    assert [(each["id"], each["closed_reason"]) for each in closed] == [(first, "entered twice")]
    assert [each["id"] for each in left] == [second]
    assert reopened["open"] == 2
    assert [(each["act"], each["actor"], each["reason"], each["details"]["error"]) for each in records] == [
        ("close", "ada", "entered twice", first),
        ("reopen", "bob", "it was another one", first),
    ]
    assert verify.returncode == 0
    assert await failed_events.replays(on_kafka) == []
    [ended] = await failed_events.ends(on_kafka)
    assert (ended.error_id, ended.resolved_by, ended.reason) == (first, "closed", "entered twice")


async def test_what_its_topic_has_lost_comes_out_of_the_error_event(on_kafka):
    """And that is said; what the error could not carry either is said to be missing."""
    events = failed_events.invoices("gone", 3)
    await failed_events.park(on_kafka, events, CAUSES[:1], partitions=1)
    large = json.dumps({"webhook_type": "x", "filler": "x" * 800_000}).encode()
    error = failed_events.failed(large, Source(topic=on_kafka.cluster.topic(TOPIC), partition=0, offset=0))
    lost = error.value.replace(b'"offset":0', b'"offset":900000')
    lost = lost.replace(dict(error.headers)["ce_id"], b"the-lost-one")
    await on_kafka.publisher.publish(
        type(error)(topic=error.topic, key=error.key, value=lost, headers=error.headers)
    )
    async with on_kafka.cluster.admin() as admin:
        place = TopicPartition(on_kafka.cluster.topic(TOPIC), 0)
        await admin.delete_records({place: RecordsToDelete(before_offset=2)})

    status, shown = await said(on_kafka, "replay", "--go", "--code", CAUSES[0])

    assert status == 1
    assert (shown["replayed"], shown["from_error_event"], shown["missing"]) == (3, 2, ["the-lost-one"])
    assert {json.dumps(json.loads(record.value)) for record in await failed_events.replays(on_kafka)} == {
        json.dumps(json.loads(event)) for event in events
    }


async def test_an_error_about_an_event_of_many_megabytes_is_told_and_replayed(on_kafka):
    """The error event fits its topic; the event itself is found where it lies."""
    huge = lago.invoice_event(number="F-1", note="x" * 6_000_000)
    [error_id] = await failed_events.park_as_they_are(on_kafka, [huge])

    status, shown = await said(on_kafka, "replay", "--go", "--number", "F-1")

    assert (status, shown["replayed"], shown["missing"]) == (0, 1, [])
    [replayed] = await failed_events.replays(on_kafka)
    assert (replayed.value, replayed.header("replay-of")) == (huge, error_id)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--ignore", "why"), "--id"),
        (("--mark-synced", "1", "--ignore", "why", "--id", "1"), "exclude each other"),
        (("--since", "whenever"), "12h"),
    ],
)
async def test_options_that_make_no_sense_together_are_refused(arguments, sentence):
    """Exit status 2, one sentence, nothing read."""
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "consumer", "replay", *arguments],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )

    assert done.returncode == 2
    assert sentence in done.stderr


async def test_a_refund_is_listed_until_a_person_closes_it(on_kafka):
    """Its note's result says that it is needed; a replay of the note does not open it again."""
    value = note_to_pay_back("59.50").model_dump_json().encode()
    name = on_kafka.cluster.topic(result.TOPIC)
    told = Copy(topic=name, partition=0, key=b"netsuite-eu:credit_note:inv-1", value=value)

    async with republisher.opened(on_kafka.cluster) as way:
        await way.put([told])
    _, before = await said(on_kafka, "errors")
    paid_back = ("--mark-synced", "netsuite-eu:refund:inv-1", "--actor", "ada", "--go")
    with command(on_kafka, "replay", *paid_back, "--reason", "paid by bank") as process:
        out, _ = await asyncio.to_thread(process.communicate, timeout=LIMIT_S)
    async with republisher.opened(on_kafka.cluster) as way:
        await way.put([told])
    _, after = await said(on_kafka, "errors")

    assert (before["refunds"]["open"], before["refunds"]["amounts"]) == (1, {"EUR": "59.50"})
    assert before["refunds"]["refunds"][0]["number"] == "ACME-CN1"
    assert (process.returncode, out.strip()) == (0, "netsuite-eu:refund:inv-1: synced")
    assert (after["refunds"]["open"], after["open"]) == (0, 0)
    [act] = await audit_trail.read(on_kafka.cluster)
    assert (act.actor, act.reason) == ("ada", "paid by bank")
    assert act.details == {
        "refund": "netsuite-eu:refund:inv-1",
        "mark": "synced",
        "document": "Refund of ACME-CN1 (59.50 EUR)",
    }


async def test_the_relay_counts_the_refunds_that_are_open(on_kafka, monkeypatch):
    """It follows the results topic from its beginning."""
    monkeypatch.setattr(relay_refunds, "SHOWN_EVERY_S", 0.1)
    metrics = Metrics(version="1")
    value = note_to_pay_back("59.50").model_dump_json().encode()
    name = on_kafka.cluster.topic(result.TOPIC)
    async with republisher.opened(on_kafka.cluster) as way:
        await way.put([Copy(topic=name, partition=0, key=b"k", value=value)])

    async def is_counted() -> bool:
        return b'refunds_to_make_amount{connection="netsuite-eu",currency="EUR"} 59.5' in metrics.exposition()

    async with asyncio.TaskGroup() as tasks:
        watch = tasks.create_task(relay_refunds.RefundWatch(on_kafka.cluster, metrics).run())
        await until(is_counted)
        watch.cancel()
