"""What happened at the edges: webhooks that came in, webhooks that went out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles

from consumer.demo.bad_requests import TAKEN, Caller
from consumer.demo.delivery import Answer, Sent
from consumer.demo.outcomes import Endings
from consumer.demo.webhook_inbox import Inbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingest:
    """
    What `ingest` was asked and has answered.

    Attributes:
        accepted: webhooks that Kafka has.
        repeated: webhooks that it had already, and that came again.
        refused: requests that proved nothing or were no webhook, by their status.
        past_it: records that something else put on the topics.
        latency_p50_ms: until the answer to what was accepted; the 99th percentile likewise.
    """

    accepted: int
    repeated: int
    refused: int
    refusals: dict[str, int]
    by_hmac: int
    by_jwt: int
    past_it: int
    latency_p50_ms: float
    latency_p99_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """
    What `relay` has posted to the inbox.

    Attributes:
        posted: all attempts.
        verified: webhooks whose signatures, Standard Webhooks' and Lago's, fit; each counted once.
        retried: those that were posted more than once until they were taken.
        failures: of the verified, those about failures; the others are about customers that were made.
    """

    posted: int
    verified: int
    refused: int
    retried: int
    failures: int
    customers: int


def ingest(sent: Sequence[Sent], callers: Sequence[tuple[Caller, Answer]]) -> Ingest:
    """The figures of the way in."""
    taken = [each.answer for each in sent if each.answer and each.answer.status == TAKEN]
    refused = Counter(str(answer.status) for _, answer in callers if answer.status != TAKEN)
    p50_ms, p99_ms = percentiles([answer.took_ms for answer in taken])
    algorithms = Counter(answer.algorithm for answer in taken)
    return Ingest(
        accepted=len(taken),
        repeated=sum(answer.said == "repeated" for _, answer in callers),
        refused=refused.total(),
        refusals=dict(refused),
        by_hmac=algorithms["hmac"],
        by_jwt=algorithms["jwt"],
        past_it=sum(each.answer is None for each in sent),
        latency_p50_ms=p50_ms,
        latency_p99_ms=p99_ms,
    )


def relay(inbox: Inbox) -> Relay:
    """The figures of the way out."""
    return Relay(
        posted=inbox.attempts.total() + len(inbox.refused),
        verified=len(inbox.verified),
        refused=len(inbox.refused),
        retried=sum(count > 1 for count in inbox.attempts.values()),
        failures=len(inbox.failures),
        customers=len(inbox.customers),
    )


def problems(
    sent: Sequence[Sent],
    callers: Sequence[tuple[Caller, Answer]],
    inbox: Inbox,
    *,
    endings: Endings,
    connection: str,
) -> list[str]:
    """
    Every request that was not answered as it must be, and every webhook that proves nothing.

    Also every customer whom the connection has made and the inbox not heard of; `outcome` compares failures.
    """
    apart = endings.made(connection) ^ inbox.customers
    wrong = [
        f"{each.step.title} must be accepted and is answered {each.answer.status}: {each.answer.said}"
        for each in sent
        if each.answer and each.answer.status != TAKEN
    ]
    wrong += [
        f"{caller.title} must be answered {caller.status} and is answered {answer.status}: {answer.said}"
        for caller, answer in callers
        if caller.status != answer.status or (answer.status == TAKEN and answer.said != "repeated")
    ]
    wrong += [f"the relay posts what cannot be verified: {reason}" for reason in inbox.refused]
    return wrong + [f"customers made and webhooks about them differ: {one}" for one in sorted(apart)]


def percentiles(values: Sequence[float]) -> tuple[float, float]:
    """The 50th and the 99th; zero of less than two values."""
    if len(values) < 2:
        return 0.0, 0.0
    cuts = quantiles(values, n=100, method="inclusive")
    return round(cuts[49], 1), round(cuts[98], 1)
