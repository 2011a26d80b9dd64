"""Commands where Kafka has an authorizer: with just their rights they work, without one they say which."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from consumer.config.settings import env_name
from consumer.kafka.rights import USES, Operation, Right
from consumer.record import Source
from tests.chaos import secured
from tests.chaos.secured import USER, Secured
from tests.integration import failed_events, running_programs
from tests.integration.brokers import apache
from tests.integration.test_backfill import command
from tests.integration.worker_under_test import TOPIC, stage
from tests.support import connection_files

pytestmark = [pytest.mark.kafka, pytest.mark.chaos_long]

SAMPLE = "sample.json"
# What each user does on a topic with one failure; ID is that of the failure.
WORK = {
    "viewer": ("errors", "errors list", "errors show ID", "audit", "plan --topic", "explain F-0", "replays"),
    "operator": (
        "replay --code invalid_mapping", "pause --connection netsuite-eu --reason x",
        "resume --connection netsuite-eu --reason x", "errors note ID --text x",
        "errors close ID --reason x --go", "errors reopen ID --reason x --go",
        "replay --code invalid_mapping --go",
    ),
}  # fmt: skip
RIGHTS = {use.user: use.rights for use in USES}


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    apache.require()
    with secured.secured(tmp_path_factory.mktemp("rights")) as ready:
        yield ready


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One with a failure, whose user may do what is given to it."""

    broker: Secured
    prefix: str
    environment: dict[str, str]
    failure_id: str

    async def give(self, rights: frozenset[Right]) -> None:
        await self.broker.give(rights, self.prefix)

    async def take(self, right: Right) -> None:
        await self.broker.take(right, self.prefix)

    async def run(self, line: str) -> tuple[int, str, str]:
        words = [self.failure_id if word == "ID" else word for word in line.split()]
        return await asyncio.to_thread(command, self.environment, *words)


@pytest.fixture
async def deployment(broker: Secured, topic_prefix, tmp_path: Path) -> AsyncIterator[Deployment]:
    async with stage(broker.by_anybody, topic_prefix) as on_kafka:
        [event] = failed_events.invoices(topic_prefix, 1)
        await on_kafka.produce(event)
        place = Source(topic=topic_prefix + TOPIC, partition=0, offset=0)
        failure = failed_events.failed(event, place)
        await on_kafka.publisher.publish(failure)
        environment = running_programs.environment(
            tmp_path,
            bootstrap_servers=broker.bootstrap_servers,
            topic_prefix=topic_prefix,
            connection=connection_files.settings(),
            **broker.settings,
        )
        yield Deployment(
            broker=broker,
            prefix=topic_prefix,
            environment=environment,
            failure_id=json.loads(failure.value or b"")["id"],
        )


@pytest.mark.parametrize("user", WORK)
async def test_a_command_does_its_work_with_just_its_rights(deployment, user):
    """Nothing is denied, and nothing is said to be missing."""
    await deployment.give(RIGHTS[user])

    for line in WORK[user]:
        code, said, problems = await deployment.run(line)
        assert (code, "Traceback" in problems, "does not let" in problems) == (0, False, False), problems
        assert said


def _topic(operation: Operation, name: str) -> Right:
    return Right(kind="topic", name=name, operation=operation)


# What is taken from whom, and a command that needs it.
TAKEN = [
    ("viewer", "errors", Right(kind="group", name="", operation=Operation.DESCRIBE)),
    ("viewer", "errors", _topic(Operation.READ, "lago.accounting-provider-error")),
    ("viewer", "errors", _topic(Operation.READ, "lago.netsuite.results")),
    ("viewer", "audit", _topic(Operation.READ, "lago.netsuite.audit")),
    ("viewer", "status", _topic(Operation.READ, "lago.netsuite.waiting")),
    ("viewer", "status", _topic(Operation.READ, "lago.netsuite.reconciliations")),
    ("viewer", "plan --topic", _topic(Operation.READ, "lago.invoices")),
    ("operator", "replay --code invalid_mapping --go", _topic(Operation.WRITE, "lago.invoices")),
    ("operator", "pause --connection netsuite-eu --reason x", _topic(Operation.WRITE, "lago.netsuite.audit")),
]


@pytest.mark.parametrize(("user", "line", "right"), TAKEN, ids=str)
async def test_a_command_says_in_one_sentence_which_right_it_lacks(deployment, user, line, right):
    """The user, the topic and the operation to allow, where else it would be said to be missing or empty."""
    await deployment.give(RIGHTS[user])
    await deployment.take(right)

    code, _, problems = await deployment.run(line)

    sentences = [each for each in problems.splitlines() if "does not let" in each]
    assert code == 1, problems
    assert len(sentences) == 1, problems
    on = "the consumer group " if right.kind == "group" else ""
    assert f"the user {USER} use {on}{deployment.prefix}{right.name}" in sentences[0]
    assert "allow " in sentences[0]
    assert right.operation.upper() in sentences[0]
    assert "Traceback" not in problems


async def test_topics_are_created_by_whoever_may_create_them_and_no_others(deployment):
    """Each by its name; the one that may not be created is named."""
    *allowed, kept = sorted(RIGHTS["topics"])
    anew = replace(deployment, prefix=f"{deployment.prefix}anew.")
    anew.environment[env_name("topic_prefix")] = anew.prefix
    await anew.give(frozenset(allowed))

    code, _, problems = await anew.run("topics create")
    assert (code, f"{anew.prefix}{kept.name}: " in problems) == (1, True), problems

    await anew.give(frozenset({kept}))
    code, said, problems = await anew.run("topics create")
    assert (code, len(said.splitlines())) == (0, len(RIGHTS["topics"])), problems
