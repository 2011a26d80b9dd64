"""The demo from start to end: set the stage, play the month, wait until all is settled, look at the books."""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from consumer.clock import SystemClock
from consumer.commands.demo import play, stage, story, tables
from consumer.commands.demo.audit import audit
from consumer.commands.demo.balance import compare
from consumer.commands.demo.ending import Endings, Played
from consumer.commands.demo.outcome import Figures, figures
from consumer.commands.demo.scene import Scene
from consumer.commands.demo.stage import BROKER_VARIABLE, Kafka, Stage
from consumer.commands.demo.webhook import PATH, SECRET_PREFIX, Inbox
from consumer.ops import logging
from consumer.settings import PREFIX
from schemas import envelope
from schemas.envelope import Envelope

SUCCESS, FAILURE = 0, 1


def run(*, seed: int, report_file: Path) -> int:
    """
    Run the demo; gives the exit code, 0 only when every event is accounted for.

    Raises:
        StartupError: a process does not come up.
    """
    logging.configure(level="error", form="console")
    _forget_other_deployments()
    folder = Path(tempfile.mkdtemp(prefix="lago-netsuite-demo-"))
    out = tables.console()
    try:
        found = asyncio.run(_demonstrate(story.tell(seed), folder, out))
    except asyncio.CancelledError:
        out.print("Stopped before the end.")
        shutil.rmtree(folder)
        return FAILURE
    found.write(report_file)
    if found.problems:
        out.print(f"The logs of all processes are in {folder}", markup=False)
        return FAILURE
    shutil.rmtree(folder)
    return SUCCESS


def _forget_other_deployments() -> None:
    # Settings of a real deployment must not leak into the demo; the security settings stay when a broker was
    # named for the demo.
    is_given = BROKER_VARIABLE in os.environ
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        if not (is_given and name.startswith(PREFIX + "KAFKA_")):
            del os.environ[name]


async def _demonstrate(scenes: Sequence[Scene], folder: Path, out: Console) -> Figures:
    _stop_by_signal()
    started_s = time.monotonic()
    inbox = Inbox(secret=_new_secret(), clock=SystemClock())
    async with stage.kafka(folder) as kafka, play.served(inbox) as origin:
        out.print(f"Starting NetSuite sandbox and worker on {kafka.name} …")
        facts = {
            "organization_id": _organization(scenes),
            "webhook_url": origin + PATH,
            "webhook_secret": inbox.secret,
        }
        async with stage.set_up(kafka, folder, facts) as ready:
            found, story_played, endings = await _perform(ready, kafka, scenes, inbox, origin + PATH, out)
    found = replace(found, seconds=round(time.monotonic() - started_s, 1))
    tables.show(out, story_played, endings, inbox.verified, found)
    return found


def _stop_by_signal() -> None:
    # Whoever ends the demo ends its processes too: both signals unwind everything that was started.
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    if task is not None:
        loop.add_signal_handler(signal.SIGTERM, task.cancel)
        loop.add_signal_handler(signal.SIGINT, task.cancel)


async def _perform(
    ready: Stage, kafka: Kafka, scenes: Sequence[Scene], inbox: Inbox, webhook_url: str, out: Console
) -> tuple[Figures, list[Played], Endings]:
    endings, played = Endings(), list[Played]()
    await play.warm_up(ready)
    await play.lose_one_answer(ready, scenes)
    with _progress(out, len(scenes), endings) as look:
        async with play.watched(ready, endings, inbox, webhook_url):
            await play.send(ready, scenes, played, look)
            endings.unsettled = await play.until_settled(ready, played, look)
            settled = await play.until_told(ready, endings, inbox)
    found = figures(
        played,
        endings,
        audit(scenes, await play.books(ready)),
        balances=compare(scenes, await play.balances(ready)),
        settled=settled,
        webhooks=list(inbox.verified),
        broker=kafka.name,
    )
    return found, played, endings


@contextmanager
def _progress(out: Console, total: int, endings: Endings) -> Iterator[play.Look]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out, disable=not out.is_terminal, transient=True) as bar:
        task = bar.add_task("A month of events", total=total)
        yield lambda: bar.update(task, completed=endings.told)


def _new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def _organization(scenes: Sequence[Scene]) -> str:
    events = (envelope.decode(scene.value) for scene in scenes)
    return next(event.organization_id for event in events if isinstance(event, Envelope))
