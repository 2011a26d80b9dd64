"""``explain``: why an event becomes what it becomes, setting by setting, and whether it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from consumer.commands import connection_pause, console_output, lago_lookup, paragraph
from consumer.commands.console_output import ConsoleOutput
from consumer.commands.explain import document_state, subjects, tables
from consumer.commands.explain.explanation import Explanation
from consumer.commands.explain.subjects import Subject
from consumer.config.connection import Connection
from consumer.config.settings import Settings
from consumer.kafka.cluster import Cluster
from consumer.limits.pause import Pause, Pauses
from consumer.pipeline import dry_run
from consumer.pipeline.known_zones import KnownZones

DONE, FAILED = 0, 1
UNTIL_RESUMED = "Nothing of it is sent to NetSuite until somebody resumes it: lago-netsuite resume."
_OVER = frozenset({"written", "settled", "differs"})
Explained = tuple[Subject, Explanation | None]


async def run(
    settings: Settings,
    place: str,
    connections: Sequence[Connection],
    code: str | None = None,
    *,
    as_json: bool = False,
    asks_lago: bool = False,
) -> int:
    """
    Explain the events of a file, of a position on Kafka, or of a document; 1 for a document nobody knows.

    An event is at ``FILE``, ``FILE#12`` (the twelfth), or ``TOPIC/PARTITION/OFFSET``. A document is named by
    its number, its Lago id or the id of an error event. With `asks_lago` customers are looked up as a worker
    would.

    Raises:
        ConfigurationError: there is no such file, or no such event in it; or Lago is to be asked and the
            secret of an API key is missing.
        StartupError: Kafka cannot be reached, or has no such record.
    """
    found, zones = await subjects.of(settings, place, code), KnownZones()
    is_file = subjects.is_file(place)
    pauses = Pauses() if is_file else await connection_pause.read(Cluster.of(settings))
    explained: list[Explained] = []
    async with lago_lookup.opened(connections, is_wanted=asks_lago) as asking:
        for each in found:
            plan = None
            if each.has_event and _is_known(each.code, connections):
                asked = await asking.of(dry_run.of(each.value, connections, each.code, zones))
                plan = Explanation(asked, connections)
            explained.append((each, plan))
    if not explained and not is_file:
        console_output.complain(
            f"{place}: no file, error code or document is called so. {document_state.NOTHING}"
        )
        return FAILED
    for each, plan in explained:
        _say(each, plan, _paused(each, plan, pauses), as_json=as_json)
    return DONE


def _is_known(code: str | None, connections: Sequence[Connection]) -> bool:
    """A connection that was removed from the file explains nothing."""
    return code is None or any(each.code == code for each in connections)


def _paused(subject: Subject, plan: Explanation | None, pauses: Pauses) -> dict[str, Pause]:
    """The paused connections that the document, or else the event, belongs to."""
    codes = [state.connection for state in subject.states or () if state.name not in _OVER]
    if not subject.states and plan is not None:
        codes = [plan.dry_run_of_event.connection.code]
    return {code: pause for code in codes if (pause := pauses.of(code)) is not None}


def _say(subject: Subject, plan: Explanation | None, paused: Mapping[str, Pause], *, as_json: bool) -> None:
    if as_json:
        shown: dict[str, Any] = plan.as_json() if plan else {}
        states = None if subject.states is None else [each.as_json() for each in subject.states]
        by_code = {code: pause.as_json() for code, pause in paused.items()}
        console_output.say_json(shown | {"states": states, "paused": by_code})
        return
    console = console_output.console()
    for code, pause in paused.items():
        paragraph.say(console, f"Connection {code} is {pause}. {UNTIL_RESUMED}")
    _show_states(console, subject)
    if plan is not None:
        tables.show(plan, console)
    elif not subject.has_event and not _is_compared_alone(subject):
        paragraph.say(console, "Kafka does not have its event any more, so its lines cannot be shown.")


def _is_compared_alone(subject: Subject) -> bool:
    """Whether a comparison is all that names it, which tells no event."""
    return bool(subject.states) and all(each.name == "differs" for each in subject.states or ())


def _show_states(console: ConsoleOutput, subject: Subject) -> None:
    if subject.states is None:
        return
    for state in subject.states:
        for heading, lines in document_state.paragraphs(state):
            paragraph.show(console, heading, lines)
    if not subject.states:
        paragraph.say(console, document_state.NOTHING)
