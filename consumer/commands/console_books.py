"""What the console's page of reconciliations does, as ``reconcile accept`` and ``reconcile sign-off`` do."""

from __future__ import annotations

from datetime import tzinfo

from consumer.clock import Clock
from consumer.commands import audit_trail, difference_acceptance, reconciliation_log
from consumer.commands import sign_off as signing
from consumer.commands.difference_acceptance import Answer, Wish
from consumer.config.settings import Settings
from consumer.console.context import AcceptanceAct, ActOutcome, SignOffAct
from consumer.kafka.cluster import Cluster
from consumer.reconcile import acceptance
from consumer.reconcile.sign_off import latest_over
from schemas import audit

HOLDS_FROM = "The next comparison counts accordingly, while both values stay as they are."


async def accept(settings: Settings, act: AcceptanceAct, clock: Clock) -> ActOutcome:
    """
    Accept a difference of the latest comparison, or take that back.

    Raises:
        StartupError: Kafka cannot be reached, or lacks the audit topic.
        ContractError: Kafka did not acknowledge the record.
    """
    cluster = Cluster.of(settings)
    wish = Wish(
        connection=act.connection, keys=(act.key,), reason=act.reason, actor=act.actor, undo=act.undo, go=True
    )
    runs = await reconciliation_log.read(cluster)
    # An undo needs to know what is accepted, so acts that cannot be read are an error here.
    accepted = acceptance.standing(audit.acts(await audit_trail.read(cluster)), act.connection)
    answers = difference_acceptance.answers_to(wish, runs, accepted)
    await difference_acceptance.do(settings, wish, answers, clock)
    [answer] = answers
    return _accepted(wish, answer)


async def sign_off(settings: Settings, act: SignOffAct, zone: tzinfo, clock: Clock) -> ActOutcome:
    """
    Sign a month off where its latest comparison allows it.

    Raises:
        StartupError: Kafka cannot be reached, or lacks the audit topic.
        ContractError: Kafka did not acknowledge the record.
    """
    cluster = Cluster.of(settings)
    wish = signing.Wish(
        connection=act.connection, month=act.month, reason=act.reason, actor=act.actor, zone=zone, go=True
    )
    compared = latest_over(wish.month, wish.connection, await reconciliation_log.read(cluster), zone)
    if compared is None:
        return ActOutcome(said=signing.not_compared(wish), is_done=False)
    async with audit_trail.opened(cluster, clock) as trail:
        *lines, last = [each.strip() for each in signing.lines_of(wish, compared, trail.records)]
        if not signing.is_possible(wish, compared):
            return ActOutcome(said=_not_signed(compared.difference_count), is_done=False, lines=lines)
        await signing.do(trail, wish, compared)
    return ActOutcome(said=last, is_done=True, lines=lines)


def _not_signed(count: int) -> str:
    return f"Not signed off: {count} difference{'s' * (count != 1)}. End or accept them, and compare again"


def _accepted(wish: Wish, answer: Answer) -> ActOutcome:
    name = difference_acceptance.name_of_answer(answer)
    match answer.state:
        case "fitting":
            done = "no longer accepted" if wish.undo else "accepted"
            return ActOutcome(said=f"{name}: {done}", is_done=True, lines=[HOLDS_FROM])
        case "accepted":
            return ActOutcome(said=f"{name}: it is accepted already", is_done=True)
        case "open":
            return ActOutcome(said=f"{name}: it is not accepted", is_done=True)
        case _:
            return ActOutcome(said=difference_acceptance.unknown(wish, answer), is_done=False)
