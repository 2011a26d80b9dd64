"""``errors show``: one failure in full, as sentences, and with the ids and links that lead on."""

from __future__ import annotations

from consumer.commands import console_output, document_links, error_list, failure_log, paragraph
from consumer.commands.failure_log import FailureLog, Needs
from consumer.config.settings import Settings
from consumer.failures import sentence
from consumer.failures.failure import Failure
from consumer.failures.history import State

DONE, FAILED = 0, 1
_STATES = {
    State.OPEN: "open",
    State.IN_FLIGHT: "replayed, not settled yet",
    State.SETTLED: "settled",
}


async def run(settings: Settings, error_id: str, *, as_json: bool) -> int:
    """
    Print a failure, open or not; 1 when there is none of this id.

    Raises:
        StartupError: Kafka cannot be reached, or lacks topics.
    """
    log = await failure_log.take(settings, Needs(remarks=True, links_to=lambda log: _named(log, error_id)))
    failure = log.history.failures.get(error_id)
    if failure is None:
        console_output.complain(f"{error_id}: there is no such error event")
        return FAILED
    known = document_links.connections(settings)
    if as_json:
        row = error_list.as_row(failure, log, known)
        console_output.say_json(row | {"state": _state(failure, log).value, "sentence": sentence.of(failure)})
        return DONE
    _print(failure, log, error_list.lines(failure, log, known))
    return DONE


def _named(log: FailureLog, error_id: str) -> list[Failure]:
    found = log.history.failures.get(error_id)
    return [] if found is None else [found]


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
