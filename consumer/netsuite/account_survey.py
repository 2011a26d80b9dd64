"""Read everything from an account that `consumer.preflight` checks; nothing is written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime

import httpx

from consumer.clock import Clock
from consumer.config.connection import Connection
from consumer.netsuite import credentials
from consumer.netsuite.client import Client, Sleep
from consumer.netsuite.response_outcome import ResponseOutcome
from consumer.outcome import AccountDown, Throttled, Unavailable
from consumer.preflight import checks
from consumer.preflight.account_facts import Facts, Listed
from schemas import wire
from schemas.reading import CatalogPage, CatalogQuestion, Health, Kind, Question

MOST_AT_ONCE = 20
"""The most concurrent calls that are tried; more would disturb running workers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """
    The script did not respond to a request.

    Attributes:
        code: NetSuite's code, an HTTP status or the name of an exception.
        reason: a sentence.
        skew_s: seconds that NetSuite's clock is ahead; None when its response has no date.
    """

    code: str
    reason: str
    skew_s: float | None = None


@dataclass(slots=True)
class ObservedClock:
    """The difference to NetSuite's clock by the latest response, in whole seconds."""

    clock: Clock
    skew_s: float | None = None

    async def note(self, response: httpx.Response) -> None:
        """Compare the ``Date`` of a response with this machine's clock."""
        try:
            sent_at = parsedate_to_datetime(response.headers.get("date", ""))
        except (TypeError, ValueError, OverflowError):
            return
        self.skew_s = (sent_at - self.clock.now()).total_seconds()


@dataclass(slots=True)
class _Refusals:
    times_s: list[float] = field(default_factory=list)


async def survey(connection: Connection, clock: Clock, sleep: Sleep = asyncio.sleep) -> Facts | NoAnswer:
    """
    Read everything that decides whether NetSuite accepts this connection's documents.

    Raises:
        ConfigurationError: a secret is missing or not a valid key.
    """
    observed_clock, refusals = ObservedClock(clock), _Refusals()
    async with Client(
        connection, clock=clock, sleep=sleep, refused=refusals.times_s.append, on_response=observed_clock.note
    ) as client:
        reading = await ask(client, checks.health_question(connection))
        if isinstance(reading, NoAnswer):
            return replace(reading, skew_s=observed_clock.skew_s)
        lists = await _lists(client, checks.list_questions(connection))
        if isinstance(lists, NoAnswer):
            return lists
        further = await _lists(client, checks.further_questions(connection, lists))
        if isinstance(further, NoAnswer):
            return further
        refusals.times_s.clear()
        at_once = await _together(client, min(connection.concurrency, MOST_AT_ONCE))
    return Facts(
        health=reading.health or Health(),
        lists=lists | further,
        script=reading.script,
        account=reading.account,
        today=clock.now().date(),
        skew_s=observed_clock.skew_s,
        refused=len(refusals.times_s),
        at_once=at_once,
        certificate_ends=credentials.certificate_ends(connection),
    )


async def ask(client: Client, question: Question) -> wire.Response | NoAnswer:
    """The response to one request, or why there is none."""
    reading = await client.ask(question)
    if not isinstance(reading, ResponseOutcome):
        return reading
    match reading.outcome:
        case AccountDown(reason=reason) | Throttled(reason=reason) | Unavailable(reason=reason):
            return NoAnswer(code=reading.code, reason=reason)
        case other:
            return NoAnswer(code=reading.code, reason=type(other).__name__)


async def pages(client: Client, question: CatalogQuestion) -> AsyncIterator[CatalogPage | NoAnswer]:
    """Every page of a list, one call each; the last one is a `NoAnswer` when a call fails."""
    after: str | None = question.after
    while True:
        reading = await ask(client, replace(question, after=after))
        page = (
            reading if isinstance(reading, NoAnswer) else reading.catalog or CatalogPage(kind=question.kind)
        )
        yield page
        if isinstance(page, NoAnswer) or page.next is None:
            return
        after = page.next


async def _lists(client: Client, questions: Sequence[CatalogQuestion]) -> dict[Kind, Listed] | NoAnswer:
    found: dict[Kind, Listed] = {}
    for question in questions:
        several: list[CatalogPage] = []
        async for page in pages(client, question):
            if isinstance(page, NoAnswer):
                return page
            several.append(page)
        found[question.kind] = Listed.of(several)
    return found


async def _together(client: Client, count: int) -> int:
    """Make `count` concurrent calls; the client reports refusals."""
    async with asyncio.TaskGroup() as tasks:
        for _ in range(count):
            tasks.create_task(client.ping())
    return count
