"""``errors show``: one failure in full, as sentences, and with the ids and links that lead on."""

from __future__ import annotations

from consumer.commands import console_output, document_links, error_list, failure_log, paragraph
from consumer.commands.failure_log import FailureLog, Needs
from consumer.config.settings import Settings
from consumer.failures import sentence
from consumer.failures.failure import Failure
from consumer.failures.history import State

DONE, FAILED = 0, 1
LISTED = 5
_STATES = {
    State.OPEN: "open",
    State.IN_FLIGHT: "replayed, not settled yet",
    State.SETTLED: "settled",
}


async def run(settings: Settings, error_id: str, *, as_json: bool) -> int:
    """
    Print a failure, open or not; 1 when there is none of this id.

    Args:
        settings: where Kafka is.
        error_id: its id, or as much of its beginning as no other id has.
        as_json: print JSON.

    Raises:
        StartupError: Kafka cannot be reached, or lacks topics.
    """
    log = await failure_log.take(
        settings, Needs(remarks=True, links_to=lambda log: log.history.named(error_id)[:1])
    )
    found = log.history.named(error_id) if error_id else []
    if len(found) != 1:
        console_output.complain(f"{error_id}: {_not_one(found)}")
        return FAILED
    [failure] = found
    known = document_links.connections(settings)
    if as_json:
        row = error_list.as_row(failure, log, known)
        console_output.say_json(row | {"state": _state(failure, log).value, "sentence": sentence.of(failure)})
        return DONE
    _print(failure, log, error_list.lines(failure, log, known))
    return DONE


def _not_one(found: list[Failure]) -> str:
    if not found:
        return "there is no such error event"
    listed = ", ".join(each.id for each in found[:LISTED])
    more = f" and {len(found) - LISTED} more" if len(found) > LISTED else ""
    return f"several ids begin so, give more of one: {listed}{more}"


def _state(failure: Failure, log: FailureLog) -> State:
    return log.history.state(failure, log.settled)


def _print(failure: Failure, log: FailureLog, lines: list[paragraph.Line]) -> None:
    console, state = console_output.console(), _state(failure, log)
    paragraph.say(console, sentence.of(failure))
    console.print()
    paragraph.show(console, f"State: {_STATES[state]}", lines)
    if state is State.OPEN:
        console_output.say("Once it is fixed, this sends it again:")
        console_output.say(f"  lago-netsuite replay --id {failure.id} --go")
