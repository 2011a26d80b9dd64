"""``reconcile accept``: a person says that a difference may stay as it is, or that it may not any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from consumer.clock import Clock, SystemClock
from consumer.commands import audit_trail, console_output, paragraph, reconciliation_log
from consumer.config.settings import Settings
from consumer.errors import LagoNetsuiteError
from consumer.kafka import snapshot_reader
from consumer.kafka.cluster import Cluster
from consumer.reconcile import acceptance
from consumer.reconcile.acceptance import Acceptance
from consumer.reconcile.difference import TITLES, name_of
from schemas import audit
from schemas.audit import Act
from schemas.reconciliation import LISTED_DIFFERENCES, DocumentDifference, Reconciliation

DONE, FAILED = 0, 1
_TITLES: Mapping[str, str] = {str(what): title for what, title in TITLES.items()}
State = Literal["fitting", "accepted", "open", "unknown"]
"""
Of a key: the act fits; it is accepted already; there is nothing to take back; no comparison has found it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """
    What is asked for.

    Attributes:
        keys: of differences, as `reconcile` prints them.
        reason: why, for the audit record and the reports.
        undo: take an acceptance back.
        go: do it; else only say what would be done.
    """

    connection: str
    keys: Sequence[str]
    reason: str
    actor: str
    undo: bool = False
    go: bool = False

    @property
    def act(self) -> Act:
        """The act on the audit record."""
        return acceptance.UNDO if self.undo else acceptance.ACT


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    What becomes of one key; without a difference where no comparison lists it any more.

    Attributes:
        elsewhere: the connections whose latest comparisons list a key that this one's does not.
    """

    key: str
    state: State
    difference: DocumentDifference | None = None
    standing: Acceptance | None = None
    elsewhere: Sequence[str] = ()


async def run(settings: Settings, wish: Wish) -> int:
    """
    Accept differences, or take that back, each with an audit record; 1 for a key of no difference.

    Raises:
        StartupError: Kafka cannot be reached, or lacks the audit topic.
        ContractError: Kafka did not acknowledge; the same command does the rest.
    """
    cluster = Cluster.of(settings)
    runs = await reconciliation_log.read(cluster)
    answers = answers_to(wish, runs, await standing(cluster, wish.connection))
    if wish.go and any(each.state == "fitting" for each in answers):
        await do(settings, wish, answers, SystemClock())
    _print(wish, answers)
    keys_of_none = [each for each in answers if each.state == "unknown"]
    for each in keys_of_none:
        console_output.complain(unknown(wish, each))
    return FAILED if keys_of_none else DONE


async def standing(cluster: Cluster, connection: str) -> dict[str, Acceptance]:
    """
    The acceptances of a connection by key; none, and a sentence on standard error, where they cannot be read.

    Without them every difference counts, which hides nothing.
    """
    try:
        if not await snapshot_reader.exists(cluster, audit.TOPIC):
            return {}
        return acceptance.standing(audit.acts(await audit_trail.read(cluster)), connection)
    except LagoNetsuiteError as error:
        console_output.complain(f"What was accepted is not known, so every difference counts: {error}")
        return {}


def answers_to(
    wish: Wish, runs: Sequence[Reconciliation], accepted: Mapping[str, Acceptance]
) -> list[Answer]:
    """What becomes of each key, once each."""
    keys = dict.fromkeys(each.strip().lower() for each in wish.keys)
    return [_answer(wish, key, runs, accepted.get(key)) for key in keys]


async def do(settings: Settings, wish: Wish, answers: Sequence[Answer], clock: Clock) -> None:
    """
    Put what fits on the audit record.

    Raises:
        StartupError: Kafka cannot be reached, or lacks the audit topic.
        ContractError: Kafka did not acknowledge; what is on record is done.
    """
    async with audit_trail.opened(Cluster.of(settings), clock) as trail:
        for each in answers:
            if each.state == "fitting":
                await trail.append(
                    wish.connection, wish.act, actor=wish.actor, reason=wish.reason, details=details_of(each)
                )


def unknown(wish: Wish, answer: Answer) -> str:
    """Why nothing becomes of a key."""
    if answer.elsewhere:
        codes = " and ".join(answer.elsewhere)
        return f"{answer.key}: is a difference of {codes}, not of {wish.connection}: name that connection"
    return (
        f"{answer.key}: no difference of the latest comparison of {wish.connection} has this key. "
        f"Of many it lists {LISTED_DIFFERENCES}: compare again, with --customer or --since"
    )


def name_of_answer(answer: Answer) -> str:
    """The document and what is wrong with it; the key where no comparison lists it any more."""
    found = answer.difference
    if found is None:
        return answer.key
    return f"{name_of(found.kind, found.number)}, {_TITLES.get(found.what, found.what)}"


def details_of(answer: Answer) -> dict[str, str]:
    """What the audit record says of the difference."""
    found = answer.difference
    known = {acceptance.DETAIL_KEY: answer.key}
    if found is None:
        return known
    document = {"what": found.what, "document": name_of(found.kind, found.number), "customer": found.customer}
    return (
        known
        | document
        | {
            "currency": found.currency,
            "lago": found.lago,
            "netsuite": found.netsuite,
            acceptance.DETAIL_DIGEST: found.digest,
        }
    )


def _answer(wish: Wish, key: str, runs: Sequence[Reconciliation], accepted: Acceptance | None) -> Answer:
    found = acceptance.listed(key, wish.connection, runs)
    state: State
    if wish.undo:
        state = "fitting" if accepted else "open" if found else "unknown"
    elif found is None or not found.digest:
        state = "unknown"
    else:
        state = "accepted" if accepted and accepted.digest == found.digest else "fitting"
    elsewhere = _elsewhere(key, runs, but=wish.connection) if state == "unknown" and found is None else ()
    return Answer(key=key, state=state, difference=found, standing=accepted, elsewhere=elsewhere)


def _elsewhere(key: str, runs: Sequence[Reconciliation], *, but: str) -> Sequence[str]:
    codes = sorted({run.connection for run in runs} - {but})
    return [code for code in codes if acceptance.listed(key, code, runs) is not None]


def _print(wish: Wish, answers: Sequence[Answer]) -> None:
    console = console_output.console()
    for each in answers:
        if each.state != "unknown":
            paragraph.show(console, f"{name_of_answer(each)}: {_state(wish, each)}", _lines(each))
    fitting = any(each.state == "fitting" for each in answers)
    if fitting and not wish.go:
        paragraph.say(console, "Nothing is changed. The same command with --go does it.")
    elif fitting:
        paragraph.say(console, "It holds from the next comparison on, while both values stay as they are.")


def _state(wish: Wish, answer: Answer) -> str:
    match answer.state:
        case "fitting":
            done = "no longer accepted" if wish.undo else "accepted"
            return done if wish.go else f"would be {done}"
        case "accepted":
            return "is accepted already"
        case _:
            return "is not accepted"


def _lines(answer: Answer) -> list[paragraph.Line]:
    found, before = answer.difference, answer.standing
    said = f"by {before.actor} at {before.at}: {before.reason}" if before else ""
    lago, netsuite = (found.lago, found.netsuite) if found else ("", "")
    return [("Lago", lago), ("NetSuite", netsuite), ("accepted", said), ("key", answer.key)]
