"""Counts of the webhooks that `ingest` received and of those that `relay` posted."""

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
    The requests to `ingest` and its responses.

    Attributes:
        accepted: webhooks written to Kafka.
        repeated: webhooks that were deduplicated.
        refused: requests without a valid signature or without a valid webhook; `refusals` has them by status.
        by_hmac: accepted webhooks with an HMAC signature; `by_jwt` those with a JWT.
        past_it: records written to the topics without `ingest`.
        latency_p50_ms: response time of accepted webhooks, in milliseconds; the 99th percentile likewise.
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
    The requests of `relay` to the inbox.

    Attributes:
        posted: all attempts.
        verified: webhooks whose two signatures, Standard Webhooks' and Lago's, are valid; each counts once.
        refused: requests with an invalid signature or timestamp.
        retried: webhooks that took more than one attempt.
        failures: the verified webhooks about failures.
        customers: the customers in verified webhooks about new customers.
    """

    posted: int
    verified: int
    refused: int
    retried: int
    failures: int
    customers: int


def ingest(sent: Sequence[Sent], callers: Sequence[tuple[Caller, Answer]]) -> Ingest:
    """Count the requests to `ingest`."""
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
        past_it=sum(each.place is not None for each in sent),
        latency_p50_ms=p50_ms,
        latency_p99_ms=p99_ms,
    )


def relay(inbox: Inbox) -> Relay:
    """Count the requests of `relay`."""
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
    One sentence for each unexpected response of `ingest`, and each webhook that cannot be verified.

    Also for each customer that the connection has created without a webhook to the inbox, or the reverse;
    `run_report` compares the failures.
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
    """The 50th and the 99th percentile, rounded to 0.1; zero for less than two values."""
    if len(values) < 2:
        return 0.0, 0.0
    cuts = quantiles(values, n=100, method="inclusive")
    return round(cuts[49], 1), round(cuts[98], 1)
