"""The console on a port of this machine, with tables, clock, login and acts that a test holds in its hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn

from consumer.console import application
from consumer.console.context import Act, ActOutcome, AnyAct, SignOffAct
from consumer.console.live import Changes
from consumer.ops import http as ops
from consumer.record import Record
from tests.browser import month
from tests.support import topic_records as topics
from tests.support.console_app import Console

HOST = "127.0.0.1"
LAGO_URL = "https://app.getlago.com/hooli"
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


class ConsoleServer(Console):
    """
    The application, served by the loop of the tests.

    Attributes:
        origin: where it listens, known once it is `served`.
    """

    def __init__(self, file: Path, *, port: int = 0, **settings: Any) -> None:
        super().__init__(file, **settings)
        self.clock.wall = month.NOW
        self.configuration.write_text(month.connections())
        self.events = month.events()
        self.origin = ""
        self._offset = 1_000
        self._port = port
        self._serving: asyncio.Future[Any] | None = None
        badge = replace(self.context.badges[0], facts=FACTS, lago_url=LAGO_URL)
        self.context = replace(self.context, badges=[badge])

    def take(self, *records: Record) -> None:
        """Records of the topics, as the follower takes them; open pages learn of it."""
        super().take(*records)
        self.context.changes.happened()

    def start(self) -> None:
        """Listen, at the same port as before; a process that starts anew counts changes anew."""
        listener = ops.listen(HOST, self._port)
        self._port = listener.getsockname()[1]
        self.origin = f"http://{HOST}:{self._port}"
        self.context = replace(self.context, changes=Changes())
        config = uvicorn.Config(
            application.create_app(self.context),
            ws="none",
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        self._serving = asyncio.gather(ops.serve_on(listener, config), self.context.mapping.runs.run())

    async def stop(self) -> None:
        """End all streams, and stop to listen."""
        self.context.changes.end()
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.gather(self._serving, return_exceptions=True)

    def kafka_is_away(self) -> None:
        """What the follower says while the broker does not answer, twelve minutes later."""
        self.clock.advance(720)
        self.context.progress.error = "Kafka cannot be reached at localhost:9092."
        self.context.changes.happened()

    def kafka_is_back(self) -> None:
        """What the follower says once the broker answers again."""
        progress = self.context.progress
        progress.error, progress.read_s = "", self.clock.monotonic_s()
        self.context.changes.happened()

    async def act(self, act: AnyAct) -> ActOutcome:
        """Replayed documents are written at once; the others are closed; the books stay as they are."""
        self.acts.append(act)
        if not isinstance(act, Act):
            said = f"Signed off by {act.actor}" if isinstance(act, SignOffAct) else f"{act.key}: accepted"
            return ActOutcome(said=said, is_done=True)
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
async def served(
    folder: Path, records: Iterable[Record] = (), **settings: Any
) -> AsyncIterator[ConsoleServer]:
    """A console with these records on a free port."""
    console = ConsoleServer(folder / "console.sqlite", **settings)
    console.take(*records)
    console.start()
    try:
        yield console
    finally:
        await console.stop()
        await console.http.aclose()
        console.connection.close()
