"""The console on a port of this machine, with tables, clock, login and acts that a test holds in its hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn

from consumer.clock import FakeClock
from consumer.console import application, database, rendering
from consumer.console.context import Act, ActOutcome, Badge, Context
from consumer.console.follower import Progress
from consumer.console.live import Changes
from consumer.console.projection import Projection
from consumer.console.session import Sessions
from consumer.ops import http as ops
from consumer.record import Record
from tests.browser import month
from tests.support import topic_records as topics

HOST = "127.0.0.1"
SESSION_LIFE_S = 3_600
FACTS = (
    ("Name", "NetSuite Europe"),
    (
        "RESTlet",
        "https://1234567-sb1.restlets.api.netsuite.com/app/site/hosting/restlet.nl?script=1&deploy=1",
    ),
    ("Login", "OAuth 2.0 with a certificate"),
    ("Calls at once", "5"),
    ("Start date", "2026-01-01"),
    ("Closed periods", "hold"),
)


class ConsoleServer:
    """
    The application, served by the loop of the tests.

    Attributes:
        acts: what people have asked for, the latest last.
        origin: where it listens, known once it is `served`.
    """

    def __init__(self, file: Path) -> None:
        self._connection = database.writer(file)
        self._projection = Projection(self._connection)
        self._offset = 1_000
        self.clock = FakeClock(wall=month.NOW)
        self.changes = Changes()
        self.progress = Progress(behind=0, read_s=self.clock.monotonic_s())
        self.acts: list[Act] = []
        self.origin = ""
        self.context = Context(
            file=file,
            clock=self.clock,
            badges=[
                Badge(code=topics.CONNECTION, account_id="1234567_SB1", environment="sandbox", facts=FACTS)
            ],
            codes=[topics.CONNECTION],
            progress=self.progress,
            changes=self.changes,
            sessions=Sessions(self.clock, life_s=SESSION_LIFE_S),
            templates=rendering.environment(),
            act=self._act,
            is_open=True,
        )

    def take(self, *records: Record) -> None:
        """Records of the topics, as the follower takes them; open pages learn of it."""
        self._projection.apply(records)
        self._projection.refresh()
        self.changes.happened()

    def close(self) -> None:
        """Close the file of the tables."""
        self._connection.close()

    def kafka_is_away(self) -> None:
        """What the follower says while the broker does not answer, twelve minutes later."""
        self.clock.advance(720)
        self.progress.error = "Kafka cannot be reached at localhost:9092."
        self.changes.happened()

    def kafka_is_back(self) -> None:
        """What the follower says once the broker answers again."""
        self.progress.error, self.progress.read_s = "", self.clock.monotonic_s()
        self.changes.happened()

    async def _act(self, act: Act) -> ActOutcome:
        """Replayed documents are written at once; the others are closed."""
        self.acts.append(act)
        self.take(*[each for error_id in act.error_ids for each in self._became(act, error_id)])
        count = len(act.error_ids)
        said = f"{count} document{'s' * (count != 1)} {'replayed' if act.name == 'replay' else 'closed'}"
        return ActOutcome(said=said, is_done=True)

    def _became(self, act: Act, error_id: str) -> Iterable[Record]:
        number, now_ms = int(error_id.rpartition("-")[2]), self.context.now_ms
        self._offset += 1
        kind = {"replay": "replayed", "ignore": "ignored"}.get(act.name, act.name)
        place = self._offset if kind == "replayed" else None
        yield topics.marked(number, kind, offset=self._offset, at_ms=now_ms, replayed_to=place)
        if kind == "replayed":
            yield month.written(
                number, at_ms=now_ms, lago_id=f"inv-{number}", lago_number=f"HOO-{number}", total="50.00"
            )


@asynccontextmanager
async def served(folder: Path, records: Iterable[Record] = ()) -> AsyncIterator[ConsoleServer]:
    """A console with these records on a free port."""
    console = ConsoleServer(folder / "console.sqlite")
    console.take(*records)
    listener = ops.listen(HOST, 0)
    console.origin = f"http://{HOST}:{listener.getsockname()[1]}"
    config = uvicorn.Config(
        application.create_app(console.context),
        ws="none",
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    serving = asyncio.create_task(ops.serve_on(listener, config))
    try:
        yield console
    finally:
        console.changes.end()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        console.close()
