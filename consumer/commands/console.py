"""``lago-netsuite console``: the pages put together, started and stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import structlog
from starlette.types import ASGIApp

from consumer import __version__
from consumer.clock import Clock, SystemClock
from consumer.commands.console_acts import ConsoleActs
from consumer.commands.console_audit import ConsoleAudit
from consumer.commands.console_jobs import ConsoleJobs
from consumer.commands.console_login import login_of, sessions_of
from consumer.commands.console_periods import ConsolePeriods
from consumer.commands.console_runs import ConsoleRuns
from consumer.config.connection import Connection
from consumer.config.settings import Settings
from consumer.console import application, rendering
from consumer.console.context import Badge, Context
from consumer.console.follower import Follower
from consumer.console.job_board import JobBoard
from consumer.console.live import Changes
from consumer.console.mapping import latest_events
from consumer.console.mapping.configuration_file import ConfigurationFile
from consumer.console.mapping.event_runs import EventRuns
from consumer.console.mapping.parts import MappingParts
from consumer.console.rate import RateLimit
from consumer.http_client.event_loop import EventLoop
from consumer.kafka import certificate_watch, token_watch
from consumer.kafka.cluster import Cluster
from consumer.ops import garbage_collection, signals
from consumer.ops import http as ops
from consumer.ops.health import Health
from consumer.ops.metrics import Metrics

KEEP_ALIVE_LIMIT_S = 30
GRACEFUL_STOP_LIMIT_S = 2
ACTS_PER_MINUTE = 60
PART = "console"

log = structlog.get_logger(__name__)


def main(settings: Settings, connections: Sequence[Connection]) -> None:
    """`run` on libuv's event loop."""
    with asyncio.Runner(loop_factory=EventLoop) as runner:
        runner.run(run(settings, connections))


async def run(settings: Settings, connections: Sequence[Connection]) -> None:
    """
    Serve the pages until SIGTERM or SIGINT.

    Raises:
        ConfigurationError: there is no login and other machines can reach the address, or the key is short.
        StartupError: the file of the tables or an address cannot be used.
    """
    signals.end_at_once()
    clock, stopping = SystemClock(), asyncio.Event()
    metrics, health = Metrics(version=__version__), Health(clock)
    health.expect(PART)
    audit = ConsoleAudit(Cluster.of(settings), clock, asyncio.Lock())
    jobs = ConsoleJobs(Cluster.of(settings), clock, JobBoard(), audit.one_at_a_time)
    changes = Changes()
    periods = ConsolePeriods({each.code: each for each in connections}, clock, changes.happened)
    jobs.board.do, jobs.board.changed = jobs.do, changes.happened
    context, follower, runs = _assembled(settings, connections, metrics, audit, changes)
    context = replace(context, jobs=jobs.board, closed_at=periods.of)
    login = context.login
    garbage_collection.settle()
    with signals.stopping(stopping, health):
        async with asyncio.TaskGroup() as tasks:
            watched = ops.create_app(metrics, health)
            beside = [
                tasks.create_task(ops.serve(watched, settings.ops_host, settings.ops_port)),
                tasks.create_task(certificate_watch.watch(settings, metrics)),
                tasks.create_task(token_watch.watch(Cluster.of(settings), metrics)),
                tasks.create_task(follower.run()),
                tasks.create_task(audit.run()),
                tasks.create_task(jobs.run()),
                tasks.create_task(periods.run()),
                tasks.create_task(context.mapping.runs.run()),
                tasks.create_task(runs.run()),
                *([tasks.create_task(login.provider.run())] if login else []),
                tasks.create_task(_serve(application.create_app(context), settings)),
            ]
            health.ready(PART)
            await stopping.wait()
            context.changes.end()
            await jobs.close()
            for each in beside:
                each.cancel()
    log.info("console_stopped")


def _assembled(
    settings: Settings,
    connections: Sequence[Connection],
    metrics: Metrics,
    audit: ConsoleAudit,
    changes: Changes,
) -> tuple[Context, Follower, ConsoleRuns]:
    """What pages know, and what keeps their tables up to date."""
    clock = audit.clock
    zones = {each.code: ZoneInfo(each.time_zone) for each in connections}
    sessions = sessions_of(settings, clock)
    login = login_of(
        settings, sessions, clock, lambda fails: metrics.console_troubled(what="login", is_troubled=fails)
    )
    follower = Follower(
        Cluster.of(settings),
        settings.console_state,
        clock=clock,
        groups=[(each.code, f"{settings.consumer_group}.{each.code}") for each in connections],
        changed=changes.happened,
        metrics=metrics,
    )
    runs = ConsoleRuns(
        settings=settings,
        clock=clock,
        file=settings.console_state,
        one_at_a_time=audit.one_at_a_time,
        progress=follower.progress,
        changed=changes.happened,
    )
    context = Context(
        file=settings.console_state,
        clock=clock,
        badges=[_badge(each) for each in connections],
        codes=[each.code for each in connections],
        progress=follower.progress,
        changes=changes,
        sessions=sessions,
        templates=rendering.environment(),
        act=ConsoleActs(settings, clock, settings.console_state, audit.one_at_a_time, runs, zones).do,
        keep=audit.keep,
        act_rate=RateLimit(clock, burst=ACTS_PER_MINUTE, per_minute=ACTS_PER_MINUTE),
        metrics=metrics,
        mapping=_mapping(settings, clock, changes),
        login=login,
        origin=login.registration.origin if login else "",
        runs_here=runs.here,
    )
    return context, follower, runs


def _mapping(settings: Settings, clock: Clock, changes: Changes) -> MappingParts:
    cluster = Cluster.of(settings)
    runs = EventRuns(lambda count: latest_events.opened(cluster, count), clock, changes.happened)
    return MappingParts(file=ConfigurationFile(settings.connections_file), runs=runs)


async def _serve(app: ASGIApp, settings: Settings) -> None:
    listener = ops.listen(settings.console_host, settings.console_port, settings="console")
    port = listener.getsockname()[1]
    url = settings.console_url if settings.console_oidc_issuer else f"http://{settings.console_host}:{port}"
    log.info("console_listening", url=f"{url}/", port=port)
    config = ops.config_without_extras(
        app,
        timeout_keep_alive=KEEP_ALIVE_LIMIT_S,
        timeout_graceful_shutdown=GRACEFUL_STOP_LIMIT_S,
    )
    await ops.serve_on(listener, config)


def _badge(connection: Connection) -> Badge:
    facts = (
        ("Name", connection.name or connection.code),
        ("RESTlet", _without_login(connection.restlet_url)),
        ("Login", {"oauth2": "OAuth 2.0 with a certificate", "tba": "token-based"}[connection.auth.type]),
        ("Calls at once", str(connection.concurrency)),
        ("Start date", str(connection.start_date or "none")),
        ("Closed periods", connection.closed_period),
        ("Refunds", connection.refunds),
        ("Lago's API", _without_login(connection.lago.api_url or "not used")),
    )
    lago = connection.lago
    front, organization = lago.front_url, lago.organization_slug
    return Badge(
        code=connection.code,
        account_id=connection.account_id,
        environment=connection.environment,
        facts=facts,
        reads_lago=bool(lago.api_url and lago.api_key),
        lago_url=f"{front.rstrip('/')}/{organization}" if front and organization else "",
    )


def _without_login(address: str) -> str:
    """An address without the name and the password that may stand before its host."""
    scheme, joint, rest = address.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{joint}{authority.rpartition('@')[2]}{slash}{path}"
