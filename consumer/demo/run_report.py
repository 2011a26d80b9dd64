"""The figures of one run, and the verdict over them: what `build/demo.json` holds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from consumer.demo.audit import Audit
from consumer.demo.balance import Balance, differences
from consumer.demo.outcomes import Endings, Played, disagreements, fates
from consumer.demo.webhook_counts import Ingest, Relay, percentiles


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantedFault:
    """A planted fault: what it is, how many events carry it, and how what became of each must begin."""

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
    "undecodable_bytes": PlantedFault(
        what="bytes that something else wrote to the topic", events=2, ends="rejected (undecodable)"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """
    What happened, counted by input event of the month; what the replay did stands under `replay`.

    Attributes:
        webhooks_verified: about failures; `relay` has them all.
        latency_p50_ms: from an event's timestamp to NetSuite's answer, over all events answered at the first
            attempt; the 99th percentile likewise.
        latency_max_ms: the longest of those that took more attempts: the planted lost answer, and what had
            to wait for something else.
        webhook_latency_p50_ms: as before, but from the moment that Lago posted the webhook.
        balances: what every customer owes in Lago and in NetSuite, and the difference, as decimal texts, at
            the very end.
        documents: how many records of each type NetSuite has at the very end.
        planted: what became of each planted fault, by its name.
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
    problems: list[str] = field(default_factory=list)

    def as_json(self) -> str:
        """All of it."""
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
) -> Figures:
    """
    Count everything and say what is not as it must be.

    Args:
        scenario: what was played.
        endings: what became of it.
        audit: of the books.
        balances: of every customer.
        settled: the worker's own count.
        webhooks: the ids of those about failures that were verified.
        broker: its name.
        pipelines: how many of the worker's settle each event.
    """
    counted = fates(scenario, endings)
    undelivered = {error.id for error in endings.errors.values()} ^ set(webhooks)
    planted = {name: _planted(name, scenario, endings) for name in PLANTED_FAULTS}
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
    """The latency of every event that was answered at the first attempt, or of those that were not; in ms."""
    mains = (endings.main_result(played) for played in scenario)
    return [each.timings.latency_ms for each in mains if each and (each.attempts > 1) == repeated]


def _waits_ms(scenario: Sequence[Played], endings: Endings) -> list[float]:
    """From webhook to NetSuite's answer, of every event that was answered at the first attempt; in ms."""
    found = ((endings.main_result(played), endings.waited_ms(played)) for played in scenario)
    return [waited for result, waited in found if result and waited is not None and result.attempts == 1]


def _planted(name: str, scenario: Sequence[Played], endings: Endings) -> Counter[str]:
    """What became of a fault: fates with their codes or attempts, and how often."""
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
