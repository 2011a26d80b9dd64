"""``check --deep``: Kafka, Lago and the NetSuite accounts compared with the configuration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from consumer.clock import Clock
from consumer.commands.row_table import Row, RowTable
from consumer.config import connections_file
from consumer.config.connection import Connection, holding
from consumer.config.settings import Settings
from consumer.errors import ConfigurationError, StartupError
from consumer.kafka import removed_connections, retention, topics
from consumer.kafka.cluster import Cluster
from consumer.lago.api import Failed, LagoApi
from consumer.netsuite.account_survey import NoAnswer, survey
from consumer.netsuite.client import Sleep
from consumer.preflight import checks, login
from consumer.preflight.finding import Finding, ok
from schemas import error_event, result

NOBODY = "lago-netsuite-check"
"""An external id that no customer has; Lago answers 404 only to a key that may read customers."""
SHOW_RETENTION = "allow it; else nobody sees here that a topic deletes what still waits"
CARRY_OR_DELETE = "put the connection back until its records are settled, or delete its group"
KEEP_LONGER = (
    "kafka-configs.sh --alter --add-config retention.ms=…, or lower hold_max_days in connections.yaml"
)
_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red", "unknown": "dim"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The findings of one connection, or of Kafka, which has no code."""

    connection: str | None
    findings: tuple[Finding, ...]

    @property
    def has_failed(self) -> bool:
        """Whether documents will not get through."""
        return any(finding.status == "fail" for finding in self.findings)

    def as_json(self) -> list[dict[str, Any]]:
        """A row for each finding."""
        return [{"connection": self.connection} | finding.as_json() for finding in self.findings]

    def table(self) -> RowTable:
        """For people."""
        title = f"What connection {self.connection} finds" if self.connection else "Kafka"
        columns = ("", "Check", "What it means", "What to do")
        return RowTable(title=title, columns=columns, rows=[_row(each) for each in self.findings])


def _row(one: Finding) -> Row:
    places = (one.fix, one.menu and f"NetSuite: {one.menu}", one.where and f"here: {one.where}")
    todo = [part for part in places if part]
    return Row(cells=(one.status, one.id, one.says, todo), styles={"": _STYLES[one.status]})


async def look(
    settings: Settings, connections: Sequence[Connection], clock: Clock, sleep: Sleep
) -> tuple[Found, ...]:
    """Kafka first, then account by account; never raises for what it finds."""
    kafka = Found(connection=None, findings=tuple(await _kafka(settings, connections)))
    accounts = [
        Found(connection=one.code, findings=tuple(await _of_connection(one, clock, sleep)))
        for one in connections
    ]
    return (kafka, *accounts)


async def _of_connection(connection: Connection, clock: Clock, sleep: Sleep) -> list[Finding]:
    return [*await of_lago(connection, clock, sleep), *await of_account(connection, clock, sleep)]


async def of_lago(connection: Connection, clock: Clock, sleep: Sleep) -> list[Finding]:
    """Whether Lago's API answers and its key may read customers; nothing where none is configured."""
    if connection.lago.api_url is None or connection.lago.api_key is None:
        return []
    api = LagoApi(connection, clock=clock, sleep=sleep)
    try:
        answer = await api.customer(NOBODY)
    finally:
        await api.aclose()
    if not isinstance(answer, Failed):
        return [ok("lago.api", "Lago's API answers, and the key may read customers")]
    return [
        Finding(
            id="lago.api",
            status="fail",
            says=f"{answer.reason}; until it does, events wait whose customer has to be looked up",
            fix="correct lago.api_url, or make a key in Lago (Developers > API keys) that may read customers",
            where=connection.at("lago.api_key"),
        )
    ]


async def of_account(connection: Connection, clock: Clock, sleep: Sleep) -> list[Finding]:
    """The findings of one connection: everything that prevents its first document."""
    try:
        surveyed = await survey(connection, clock, sleep)
    except ConfigurationError as error:
        where, says = connection.at("auth"), "; ".join(error.problems)
        return [Finding(id="login", status="fail", says=says, fix="correct the credentials", where=where)]
    if isinstance(surveyed, NoAnswer):
        return login.of_refusal(connection, surveyed.code, surveyed.reason, surveyed.skew_s)
    return checks.findings(connection, surveyed)


async def _kafka(settings: Settings, connections: Sequence[Connection]) -> list[Finding]:
    inputs = topics.names("input")
    try:
        cluster = Cluster.of(settings)
        await topics.require(cluster, (*inputs, result.TOPIC, error_event.TOPIC))
        denied: list[str] = []
        kept_s = await retention.require(
            cluster, inputs, park_max_age_s=settings.park_max_age_s, denied=denied.append
        )
        codes = {one.code for one in connections_file.load(settings.connections_file)}
        left = await removed_connections.find(
            cluster, group=settings.consumer_group, codes=codes, topics=inputs
        )
    except (StartupError, ConfigurationError) as error:
        fix = "correct the LAGO_NETSUITE_KAFKA_* settings, or make the topics: lago-netsuite topics create"
        return [Finding(id="kafka", status="fail", says=str(error), fix=fix)]
    cut = retention.cut_holds(kept_s, holding(connections))
    warned = [Finding(id="retention", status="warn", says=says, fix=KEEP_LONGER) for says in cut]
    warned += [Finding(id="retention", status="warn", says=says, fix=SHOW_RETENTION) for says in denied]
    removed = "kafka.removed_connection"
    warned += [Finding(id=removed, status="warn", says=str(one), fix=CARRY_OR_DELETE) for one in left]
    return [ok("kafka", f"{settings.kafka_bootstrap_servers} answers and has every topic"), *warned]
