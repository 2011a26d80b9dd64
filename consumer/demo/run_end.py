"""The figures of a run that has ended, and every deviation from what is expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from consumer.demo import fix_and_replay, lago_links, lost_webhooks, playback, reconciliation, webhook_counts
from consumer.demo.audit import audit
from consumer.demo.balance import compare
from consumer.demo.customers import CONNECTION
from consumer.demo.fix_and_replay import Replay
from consumer.demo.lago import Lago
from consumer.demo.lago_links import Echo
from consumer.demo.lost_webhooks import Backfill
from consumer.demo.month import Month
from consumer.demo.processes_under_test import Processes
from consumer.demo.reconciliation import Reconciliation
from consumer.demo.run_report import Figures, figures
from consumer.demo.topic_watch import TopicRecords
from consumer.demo.webhook_inbox import Inbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The results of all phases."""

    month: Month
    replay: Replay
    backfill: Backfill
    echo: Echo
    reconciliations: Sequence[Reconciliation]


async def figures_of(ready: Processes, lago: Lago, inbox: Inbox, seen: TopicRecords, ended: Ended) -> Figures:
    """Count, read NetSuite's books, and compare them with Lago's."""
    month, endings = ended.month, seen.endings
    steps = fix_and_replay.final(month.steps)
    open_ids = {step.lago_id for step in steps if step.ending == "rejected"}
    books, balances = await playback.books(ready), await playback.balances(ready)
    found = figures(
        month.played,
        endings,
        audit(steps, books),
        balances=compare(lago.month.organization, open_ids, balances),
        settled=month.settled,
        webhooks=list(inbox.failures),
        broker=ready.kafka.name,
        pipelines=len(ready.groups),
        later=ended.backfill.events,
    )
    links = lago_links.links(lago, steps, ended.echo)
    return replace(
        found,
        documents={each: len(records) for each, records in books.items()},
        ingest=webhook_counts.ingest(month.sent, month.callers),
        relay=webhook_counts.relay(inbox),
        replay=fix_and_replay.figures(ended.replay, endings),
        backfill=lost_webhooks.figures(ended.backfill, endings),
        links=links,
        reconcile={each.connection: each.last_line for each in ended.reconciliations},
        problems=[
            *found.problems,
            *webhook_counts.problems(
                month.sent, month.callers, inbox, endings=endings, connection=CONNECTION
            ),
            *fix_and_replay.problems(ended.replay, endings),
            *lost_webhooks.problems(ended.backfill),
            *lago_links.problems(links, lago, steps),
            *reconciliation.problems(ended.reconciliations, steps),
        ],
    )
