"""Plays the month: posts its webhooks and the bad requests, and waits until all of it is settled."""

from __future__ import annotations

from dataclasses import dataclass

from consumer.demo import playback, scenario
from consumer.demo.bad_requests import Caller, callers
from consumer.demo.delivery import Answer, Delivery, Sent, until_arrived, until_read
from consumer.demo.lago import Lago
from consumer.demo.outcomes import Played
from consumer.demo.phases import Phase
from consumer.demo.processes_under_test import Processes
from consumer.demo.scenario_event import ScenarioEvent
from consumer.demo.topic_watch import TopicRecords
from consumer.demo.webhook_inbox import Inbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """
    The sent events, the responses of `ingest`, and the worker's counts.

    Attributes:
        callers: the bad requests with their responses.
        played: the events on their topics, and the payments that the worker has read from Lago's API.
        settled: the worker's counts by outcome.
    """

    sent: list[Sent]
    callers: list[tuple[Caller, Answer]]
    played: list[Played]
    settled: dict[str, int]

    @property
    def steps(self) -> list[ScenarioEvent]:
        """All events of the scenario."""
        return [each.step for each in self.sent]


async def play(ready: Processes, lago: Lago, seen: TopicRecords, current: Phase) -> Month:
    """Play all of it until the worker has settled it, with the progress in the current phase."""
    planned = scenario.steps(lago.month.seed)
    await playback.warm_up(ready)
    await playback.lose_one_answer(ready, planned)
    delivery = Delivery(processes=ready, lago=lago, seen=seen)

    def look() -> None:
        current.at(seen.endings.published, len(planned))

    sent = await delivery.send(scenario.events(lago.month), look)
    turned_away = [(caller, await delivery.send_bad_requests(caller)) for caller in callers(planned)]
    played = [*await until_arrived(sent, seen), *await until_read(sent, seen)]
    settled = await playback.until_ended(ready, seen.endings, played, look)
    current.note = f"{len(played)} events"
    return Month(sent=sent, callers=turned_away, played=played, settled=settled)


async def until_posted(played: Month, seen: TopicRecords, inbox: Inbox) -> None:
    """Wait until relay has posted all webhooks, also the one that it repeats after some seconds."""
    published = sum(count for outcome, count in played.settled.items() if outcome != "ignored")
    await playback.until_published(seen.endings, inbox, published=published)
