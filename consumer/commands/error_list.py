"""``errors list``: every document with an open failure, as paragraphs, CSV or JSON."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, Literal

from consumer.commands import console_output, csv_file, document_links, failure_log, paragraph
from consumer.commands.document_links import Connections
from consumer.commands.failure_log import FailureLog, Needs
from consumer.config.settings import Settings
from consumer.failures import sentence
from consumer.failures.failure import Failure
from consumer.failures.selection import Selection
from schemas.scalar import utc_text

DONE, FAILED = 0, 1
COLUMNS = (
    "id", "connection", "code", "object", "lago_id", "number", "customer", "customer_id", "amount",
    "currency", "date", "failed_at", "message", "fix", "who", "where", "source", "lago_url", "netsuite_url",
    "closed_at", "closed_reason", "assignee", "notes",
)  # fmt: skip

Form = Literal["text", "csv", "json"]


async def run(settings: Settings, selection: Selection, form: Form, *, of_closed: bool = False) -> int:
    """
    Print the selected failures that are open, or closed by a person, oldest first; 1 for an id of none.

    Raises:
        StartupError: Kafka cannot be reached, or lacks topics.
    """

    def choose(log: FailureLog) -> list[Failure]:
        closed = (each for each, _ in log.history.closed_failures)
        return selection.of(closed if of_closed else log.open, log.remarks.assignees)

    log = await failure_log.take(settings, Needs(remarks=True, links_to=choose))
    chosen, known = choose(log), document_links.connections(settings)
    match form:
        case "csv":
            csv_file.write(
                sys.stdout, COLUMNS, [as_row(each, log, known) for each in chosen], numbers={"amount"}
            )
        case "json":
            console_output.say_json([as_row(each, log, known) for each in chosen])
        case _:
            _print(chosen, log, known)
    unknown = sorted(selection.ids - log.history.failures.keys())
    for each in unknown:
        console_output.complain(f"{each}: there is no such error event")
    return FAILED if unknown else DONE


def as_row(failure: Failure, log: FailureLog, known: Connections) -> dict[str, Any]:
    """One failure by column; the amount is a decimal string."""
    mark = log.history.closed.get(failure.id)
    return {
        "id": failure.id,
        "connection": failure.connection,
        "code": failure.code,
        "object": failure.object,
        "lago_id": failure.object_id,
        "number": failure.number,
        "customer": failure.customer_name,
        "customer_id": failure.customer_id,
        "amount": None if failure.amount is None else f"{failure.amount:f}",
        "currency": failure.currency,
        "date": failure.date,
        "failed_at": utc_text(failure.published_at),
        "message": failure.message,
        "fix": failure.fix,
        "who": sentence.who_fixes(failure),
        "where": sentence.where_of(failure),
        "source": str(failure.source),
        "lago_url": document_links.in_lago(failure, known),
        "netsuite_url": document_links.in_netsuite(failure, log.urls),
        "closed_at": mark.marked_at if mark else None,
        "closed_reason": mark.reason if mark else None,
        "assignee": log.remarks.assignees.get(failure.id),
        "notes": "\n".join(map(str, log.remarks.notes.get(failure.id, ()))),
    }


def lines(failure: Failure, log: FailureLog, known: Connections) -> list[paragraph.Line]:
    """Where a failure is from and where to look, as labelled lines."""
    mark = log.history.closed.get(failure.id)
    notes = (("Note", str(each)) for each in log.remarks.notes.get(failure.id, ()))
    return [
        ("Assigned to", log.remarks.assignees.get(failure.id, "")),
        *notes,
        ("Closed", f"{mark.marked_at}, {mark.mark}: {mark.reason}" if mark else ""),
        ("Error", failure.id),
        ("Code", failure.code),
        ("Connection", failure.connection),
        ("Failed at", utc_text(failure.published_at)),
        ("Source", str(failure.source)),
        ("Lago", document_links.in_lago(failure, known)),
        ("NetSuite", document_links.in_netsuite(failure, log.urls)),
    ]


def _print(chosen: Sequence[Failure], log: FailureLog, known: Connections) -> None:
    console = console_output.console()
    for each in chosen:
        reason = ("Reason", sentence.reason_of(each))
        paragraph.show(console, sentence.document_of(each), [reason, *lines(each, log, known)])
    paragraph.say(console, _count(chosen))


def _count(chosen: Sequence[Failure]) -> str:
    """How many documents are listed; one that was sent again by another event may fail several times."""
    count = len({each.document for each in chosen})
    documents = f"{count} document{'s' * (count != 1)}"
    if len(chosen) > count:
        return f"{len(chosen)} failures of {documents} listed."
    return f"{documents} listed." if count else "There are none."
