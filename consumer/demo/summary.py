"""The figures of a run as a few lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from consumer.demo.lago_links import Links
from consumer.demo.run_report import Figures
from consumer.demo.webhook_counts import Ingest, Relay


def lines(figures: Figures) -> Iterator[tuple[str, str]]:
    """The heading and the text of each line."""
    yield "month", _month(figures)
    yield "NetSuite", ", ".join(f"{count} {kind}" for kind, count in figures.documents.items())
    if figures.ingest is not None:
        yield "ingest", _ingest(figures.ingest)
    if figures.relay is not None:
        yield "relay", _relay(figures.relay)
    if figures.replay:
        yield (
            "replay",
            "{moved} of {code} put back: {outcome}; {still_open} still open".format(**figures.replay),
        )
    if figures.backfill:
        yield (
            "backfill",
            "{lost} webhooks lost by Lago, {sent} events sent: {outcome}".format(**figures.backfill),
        )
    if figures.links is not None:
        yield "links", _links(figures.links)
    yield "latency", _latency(figures)


def _month(figures: Figures) -> str:
    return (
        f"{figures.written} written, {figures.already_there} already there, {figures.ignored} ignored, "
        f"{figures.rejected} rejected; {figures.duplicates} duplicates"
    )


def _ingest(figures: Ingest) -> str:
    return (
        f"{figures.accepted} webhooks accepted ({figures.by_hmac} signed by HMAC, {figures.by_jwt} as JWT), "
        f"{figures.repeated} known already, {figures.refused} refused; p50 {figures.latency_p50_ms:.0f} ms"
    )


def _relay(figures: Relay) -> str:
    return (
        f"{figures.posted} webhooks posted, {figures.verified} verified: {figures.failures} about failures, "
        f"{figures.customers} about new customers; {figures.retried} posted again after a 503"
    )


def _links(found: Links) -> str:
    return (
        f"{found.linked} of {found.documents} invoices and notes in Lago carry their link by {found.writes} "
        f"writes, {found.customers} customers are linked; {found.kept} of {found.users_entries} entries of "
        f"users kept; {found.came_back} events came back, {found.more_than_once} more than once"
    )


def _latency(figures: Figures) -> str:
    return (
        f"webhook to NetSuite p50 {figures.webhook_latency_p50_ms:.0f} ms, "
        f"p99 {figures.webhook_latency_p99_ms:.0f} ms; from Kafka on p50 {figures.latency_p50_ms:.0f} ms, "
        f"p99 {figures.latency_p99_ms:.0f} ms; at a second attempt {figures.latency_max_ms:.0f} ms at most"
    )
