"""The figures and the problems of one run: the content of `build/demo.json`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from consumer.demo.audit import Audit
from consumer.demo.balance import Balance, differences
from consumer.demo.lago_links import Links
from consumer.demo.outcomes import Endings, Played, disagreements, fates
from consumer.demo.webhook_counts import Ingest, Relay, percentiles


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantedFault:
    """A planted fault: its description, the number of its events, the expected prefix of their outcome."""

    what: str
    events: int
    ends: str


PLANTED_FAULTS = {
    "customer_refused": PlantedFault(
        what="a customer of a subsidiary that NetSuite does not have, and the invoice",
        events=2,
        ends="rejected (invalid_reference)",
    ),
    "lost_answer": PlantedFault(
        what="NetSuite commits, the answer is lost on the way", events=1, ends="already_there (attempt"
    ),
    "payment_first": PlantedFault(
        what="a payment of two invoices that comes before one of them", events=1, ends="written (attempt"
    ),
    "repeated": PlantedFault(
        what="the same event once more, from a second endpoint of Lago's", events=5, ends="already_there"
    ),
    "unmapped_metric": PlantedFault(
        what="a metric that nobody mapped, and no fallback", events=1, ends="rejected (invalid_mapping)"
    ),
    "closed_period": PlantedFault(
        what="an invoice dated in a closed accounting period", events=1, ends="rejected (period_closed)"
    ),
    "payment_without_event": PlantedFault(
        what="a card payment that has no event of its own, read from Lago's API", events=1, ends="written"
    ),
    "lost_webhook": PlantedFault(
        what="a webhook that Lago lost; a backfill brings its document", events=2, ends="written"
    ),
    "undecodable_bytes": PlantedFault(
        what="bytes that something else wrote to the topic", events=2, ends="rejected (undecodable)"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """
    Counts by input event of the month, without the replayed ones, which are in `replay`.

    Attributes:
        webhooks_verified: those about failures; `relay` counts all.
        latency_p50_ms: from an event's Kafka timestamp to NetSuite's response, over all events with one
            attempt; the 99th percentile likewise.
        latency_max_ms: the longest latency of events with more attempts: the planted lost response, and
            records that waited for another.
        webhook_latency_p50_ms: the same, but from the POST of the webhook.
        balances: every customer's balance in Lago and in NetSuite, and the difference, as decimal text, at
            the end of the run.
        documents: the number of NetSuite records by type at the end of the run.
        planted: the outcomes of each planted fault, by its name.
        backfill: number of lost webhooks, and what a backfill has made of them.
        links: what has become of the links to NetSuite in Lago.
        reconcile: the last line of `reconcile` for each connection.
        problems: one sentence for each deviation; empty when the run is as expected.
    """

    events: int
    written: int
    already_there: int
    ignored: int
    rejected: int
    webhooks_verified: int
    duplicates: int
    seconds: float
    latency_p50_ms: float
    latency_p99_ms: float
    latency_max_ms: float
    webhook_latency_p50_ms: float
    webhook_latency_p99_ms: float
    balances: list[dict[str, str]]
    broker: str
    planted: dict[str, str]
    documents: dict[str, int] = field(default_factory=dict)
    ingest: Ingest | None = None
    relay: Relay | None = None
    replay: dict[str, Any] = field(default_factory=dict)
    backfill: dict[str, Any] = field(default_factory=dict)
    links: Links | None = None
    reconcile: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def as_json(self) -> str:
        """All figures as JSON."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)

    def write(self, file: Path) -> None:
        """Write the figures as JSON."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.as_json() + "\n")


def figures(
    scenario: Sequence[Played],
    endings: Endings,
    audit: Audit,
    *,
    balances: Sequence[Balance],
    settled: Mapping[str, int],
    webhooks: Sequence[str],
    broker: str,
    pipelines: int = 1,
    later: Sequence[Played] = (),
) -> Figures:
    """
    Count the outcomes and collect the problems.

    Args:
        scenario: the played events.
        endings: their published outcomes.
        audit: the comparison of the sandbox's records with Lago.
        balances: of every customer.
        settled: the worker's counts by outcome.
        webhooks: the ids of the verified webhooks about failures.
        broker: its name.
        pipelines: the number of the worker's pipelines, each of which settles every event.
        later: events of planted faults that came after `scenario`.
    """
    counted = fates(scenario, endings)
    undelivered = {error.id for error in endings.errors.values()} ^ set(webhooks)
    planted = {name: _planted(name, [*scenario, *later], endings) for name in PLANTED_FAULTS}
    problems = [
        *disagreements(scenario, endings, settled, pipelines=pipelines),
        *_unaccounted(planted),
        *audit.differences,
    ]
    problems += differences(balances)
    problems += [f"{audit.duplicates} records stand twice in NetSuite"] if audit.duplicates else []
    problems += [f"failures and verified webhooks differ: {one}" for one in sorted(undelivered)]
    p50_ms, p99_ms = percentiles(latencies_ms(scenario, endings))
    webhook_p50_ms, webhook_p99_ms = percentiles(_waits_ms(scenario, endings))
    return Figures(
        events=len(scenario),
        written=counted["written"],
        already_there=counted["already_there"],
        ignored=counted["ignored"],
        rejected=counted["rejected"],
        webhooks_verified=len(webhooks),
        duplicates=audit.duplicates,
        seconds=0.0,
        latency_p50_ms=p50_ms,
        latency_p99_ms=p99_ms,
        latency_max_ms=round(max(latencies_ms(scenario, endings, repeated=True), default=0.0), 1),
        webhook_latency_p50_ms=webhook_p50_ms,
        webhook_latency_p99_ms=webhook_p99_ms,
        balances=[one.row() for one in balances],
        broker=broker,
        planted={name: _listed(said) for name, said in planted.items()},
        problems=problems,
    )


def latencies_ms(scenario: Sequence[Played], endings: Endings, *, repeated: bool = False) -> list[float]:
    """The latencies in milliseconds of the events with one attempt; with `repeated`, of those with more."""
    mains = (endings.main_result(played) for played in scenario)
    return [each.timings.latency_ms for each in mains if each and (each.attempts > 1) == repeated]


def _waits_ms(scenario: Sequence[Played], endings: Endings) -> list[float]:
    """Milliseconds from the webhook to NetSuite's response, of every event with one attempt."""
    found = ((endings.main_result(played), endings.waited_ms(played)) for played in scenario)
    return [waited for result, waited in found if result and waited is not None and result.attempts == 1]


def _planted(name: str, scenario: Sequence[Played], endings: Endings) -> Counter[str]:
    """The outcomes of a planted fault, with error code or number of attempts, and their counts."""
    return Counter(_said(played, endings) for played in scenario if played.step.plant == name)


def _unaccounted(planted: Mapping[str, Counter[str]]) -> list[str]:
    return [
        f"the planted {name} must end {plant.events} times as {plant.ends}, and is {_listed(planted[name])}"
        for name, plant in PLANTED_FAULTS.items()
        if sum(n for said, n in planted[name].items() if said.startswith(plant.ends)) != plant.events
    ]


def _listed(said: Counter[str]) -> str:
    return ", ".join(f"{count} {each}" for each, count in said.items())


def _said(played: Played, endings: Endings) -> str:
    fate = endings.fate_of(played.place)
    error, result = endings.errors.get(played.place), endings.main_result(played)
    if error is not None:
        return f"{fate} ({error.accounting_provider_customer_error.provider_error.error_code})"
    if result is not None and result.attempts > 1:
        return f"{fate} (attempt {result.attempts})"
    return fate
