"""``send``: events of files go the way of Lago's webhooks, and what becomes of each is printed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from consumer.clock import SystemClock
from consumer.commands import console_output, event_file, next_step, sent_events, webhook_sending
from consumer.commands.sent_events import Sent
from consumer.commands.webhook_sending import Send
from consumer.config.connection import Connection
from consumer.config.settings import Settings
from consumer.errors import ConfigurationError
from consumer.events import summary
from consumer.kafka.cluster import Cluster
from consumer.ops import plain_text
from schemas import envelope
from schemas.envelope import Envelope
from schemas.result import Result

DONE, FAILED = 0, 1
WITHOUT_OUTCOME = (
    "`lago-netsuite status` shows whether a worker runs and what waits, `lago-netsuite explain FILE` whether "
    "a rule ignores it"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """
    The options of a run.

    Attributes:
        url: where ``ingest`` takes webhooks; None for the one of this machine.
        to_topic: put the bodies on the topics instead.
        wait_s: how long to wait for the outcomes; 0 does not wait.
        go: send to a production account, too.
    """

    connection: Connection
    files: Sequence[Path]
    url: str | None = None
    to_topic: bool = False
    wait_s: float = 30.0
    go: bool = False


async def run(settings: Settings, wish: Wish) -> int:
    """
    Send the events and print what becomes of each; 0 when all are in NetSuite, or taken without a wait.

    Raises:
        ConfigurationError: a file cannot be read, there is no key to sign with, or the account is the
            production one and `go` is not set.
        StartupError: Kafka cannot be reached.
    """
    _check(wish)
    bodies = [body for file in wish.files for body in event_file.of(file)]
    cluster = Cluster.of(settings)
    positions = await sent_events.ends(cluster) if wish.wait_s else {}
    async with _sender(settings, cluster, wish) as send:
        sent = [each for body in bodies if (each := await _sent(wish.connection, body, send))]
    has_all = bool(sent) and len(sent) == len(bodies)
    if not (sent and wish.wait_s):
        return DONE if has_all else FAILED
    with suppress(TimeoutError):
        async with asyncio.timeout(wish.wait_s):
            await sent_events.follow(cluster, positions, {each.trace_id: each for each in sent})
    for each in sent:
        show(each, wait_s=wish.wait_s)
    return _end(sent, is_all=has_all)


def _check(wish: Wish) -> None:
    if wish.connection.environment == "production" and not wish.go:
        code = wish.connection.code
        raise ConfigurationError([f"connection {code} is a production account: nothing was sent; --go sends"])
    if not wish.to_topic:
        webhook_sending.require_key(wish.connection)


@asynccontextmanager
async def _sender(settings: Settings, cluster: Cluster, wish: Wish) -> AsyncIterator[Send]:
    if wish.to_topic:
        async with webhook_sending.by_topic(cluster, SystemClock()) as send:
            yield send
        return
    url = wish.url or webhook_sending.own_address(settings, wish.connection)
    async with webhook_sending.by_http(url) as send:
        yield send


async def _sent(connection: Connection, body: bytes, send: Send) -> Sent | None:
    event, webhook = envelope.decode(body), webhook_sending.webhook_of(connection, body)
    title, lane = ("an event", "")
    if isinstance(event, Envelope):
        title = f"{event.webhook_type} {summary.of(event).number or event.object_id}"
        lane = event.object_type
    refusal = await send(webhook)
    said = f"NOT taken: {refusal}" if refusal else "taken"
    console_output.say(plain_text.one_line(f"{title}: {said}"))
    trace_id = webhook.trace_parent.split("-")[1]
    return None if refusal else Sent(title=title, object=lane, trace_id=trace_id)


def show(one: Sent, *, wait_s: float) -> None:
    """Print what has become of one event."""
    for each in one.results:
        _say(f"{one.title}: {_named(each)} {each.status}{_amount(each)}")
        _say(f"  {each.url}")
    if one.error is not None:
        wrong = one.error.accounting_provider_customer_error.provider_error
        _say(f"{one.title}: rejected: {wrong.message}")
        _say(f"  Fix: {one.error.hint}")
    elif not one.has_ended:
        _say(f"{one.title}: no outcome within {wait_s:g} s. {WITHOUT_OUTCOME}")


def _named(each: Result) -> str:
    return f"{each.netsuite_type} {each.netsuite_number or each.internal_id}"


def _amount(each: Result) -> str:
    total = each.totals.get("total")
    return f", {total} {each.currency or ''}".rstrip() if total else ""


def _say(text: str) -> None:
    if text.strip():
        console_output.say(plain_text.one_line(text))


def _end(sent: Sequence[Sent], *, is_all: bool) -> int:
    failed = [each.error for each in sent if each.error]
    if failed:
        next_step.say(f"lago-netsuite errors show {failed[0].id}")
    elif all(each.has_ended for each in sent):
        next_step.say("lago-netsuite console shows the books and what needs a person")
    return DONE if is_all and not failed and all(each.has_ended for each in sent) else FAILED
