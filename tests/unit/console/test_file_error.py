"""A full disk, a damaged file, a file of somebody else: a sentence and what to do, and never a traceback."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from consumer.clock import FakeClock
from consumer.console import database, follower
from consumer.console.follower import Follower
from consumer.errors import StartupError
from consumer.kafka.position_tail import Batch
from consumer.ops.metrics import Metrics
from consumer.record import Record
from tests.support import topic_records as topics

PAGE_BYTES = 4_096
PLACE = ("lago.accounting-provider-error", 0)


class Topics:
    """In place of Kafka: gives the records that the tables do not have yet, then waits to be looked at."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
        self.records: list[Record] = []
        self.file = file
        self.turns: asyncio.Queue[str] = asyncio.Queue()
        self.go_on = asyncio.Event()
        monkeypatch.setattr(follower.position_tail, "tail", self.tail)
        monkeypatch.setattr(follower.asyncio, "sleep", self.pause)
        self.metrics = Metrics(version="1")
        cluster: Any = type("Cluster", (), {"topic_prefix": ""})()
        self.follower = Follower(
            cluster, file, clock=FakeClock(), groups=[], changed=lambda: None, metrics=self.metrics
        )

    async def pause(self, seconds: float) -> None:
        if seconds == follower.AGAIN_AFTER_S:
            await self.look("paused")
        else:
            await asyncio.Event().wait()

    async def look(self, name: str) -> None:
        self.turns.put_nowait(name)
        await self.go_on.wait()
        self.go_on.clear()

    @asynccontextmanager
    async def tail(self, cluster: Any, names: Any, positions: Any) -> AsyncIterator[AsyncIterator[Batch]]:
        async def batches() -> AsyncIterator[Batch]:
            place = positions.get(PLACE, 0)
            while True:
                found = self.records[place:]
                place = len(self.records)
                yield Batch(records=found, behind=0)
                await self.look("read")

        yield batches()

    async def until(self, name: str) -> None:
        """Let it go on until it is there."""
        self.go_on.set()
        await self.reached(name)

    async def reached(self, name: str) -> None:
        """Wait until it is there by itself."""
        async with asyncio.timeout(10):
            assert await self.turns.get() == name

    def is_troubled(self, what: str) -> bool:
        return f'lago_netsuite_console_trouble{{what="{what}"}} 1.0' in self.metrics.exposition().decode()

    @property
    def failures(self) -> int:
        reader = database.reader(self.file)
        try:
            return int(reader.execute("SELECT count(*) FROM failures").fetchone()[0])
        finally:
            reader.close()


@pytest.fixture
async def following(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Topics]:
    made = Topics(monkeypatch, tmp_path / "console.sqlite")
    made.records = [topics.failed(number, offset=number - 1) for number in range(1, 4)]
    task = asyncio.ensure_future(made.follower.run())
    await made.reached("read")
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    made.follower._projection.close()


async def test_a_full_disk_is_said_and_gone_on_from_when_there_is_space(following):
    """Pages show what was known meanwhile; nothing is lost."""
    writer = following.follower._projection._connection
    pages = writer.execute("PRAGMA page_count").fetchone()[0]
    writer.execute(f"PRAGMA max_page_count = {pages}")
    following.records += [topics.failed(number, offset=number - 1) for number in range(4, 200)]

    await following.until("paused")

    assert following.is_troubled("file")
    assert "the disk is full; free space there" in following.follower.progress.file_error
    assert following.failures == 3
    writer.execute("PRAGMA max_page_count = 100000")
    await following.until("read")
    assert (following.failures, following.follower.progress.file_error) == (199, "")
    assert not following.is_troubled("file")


async def test_a_damaged_file_is_made_anew_from_kafka(following):
    """Nobody has to delete it."""
    writer = following.follower._projection._connection
    writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = following.file.stat().st_size
    with following.file.open("r+b") as file:
        file.seek(PAGE_BYTES)
        file.write(b"\xff" * (size - PAGE_BYTES))
    writer.execute("PRAGMA shrink_memory")
    following.records.append(topics.failed(4, offset=3))

    await following.until("read")

    assert following.failures == 4
    assert following.file.stat().st_mode & 0o077 == 0


def test_a_file_of_somebody_else_is_left_alone(tmp_path):
    """The setting may name the wrong one."""
    file = tmp_path / "notes.txt"
    file.write_text("not a database, and precious" * 100)

    with pytest.raises(StartupError, match=r"no file of the console; delete it, or name another place"):
        database.writer(file)

    assert file.read_text().startswith("not a database, and precious")


@pytest.mark.parametrize("place", ["missing/console.sqlite", "."])
def test_a_place_that_cannot_be_used_is_named(tmp_path, place):
    """At the start, with the setting."""
    with pytest.raises(StartupError, match="LAGO_NETSUITE_CONSOLE_STATE"):
        database.writer(tmp_path / place)


def test_a_reader_makes_no_file(tmp_path):
    """It would be empty, and readable by everybody."""
    with pytest.raises(StartupError):
        database.reader(tmp_path / "console.sqlite").execute("SELECT 1 FROM positions")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", ["/", "/needs-action", "/records", "/search?q=x", "/failures/error-1"])
async def test_a_page_whose_tables_cannot_be_read_says_so(console, path):
    """By 503, with what to do; programs get it as JSON."""
    console.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = console.context.file.stat().st_size
    with console.context.file.open("r+b") as file:
        file.write(b"\xff" * size)

    page = await console.http.get(path)
    answer = await console.http.get("/api/v1/overview")

    assert (page.status_code, answer.status_code) == (503, 503)
    assert "The console cannot read its tables now" in page.text
    assert "console.sqlite: it is" in answer.json()["error"]
    assert "Traceback" not in page.text
    assert page.headers["content-security-policy"]


async def test_a_defect_is_no_traceback_and_says_nothing_of_the_data(console, monkeypatch, capsys):
    """The log says where it is."""

    def broken(*_: Any) -> None:
        raise RuntimeError("payload of a customer")

    monkeypatch.setattr("consumer.console.result_list.search", broken)

    answer = await console.http.get("/search?q=x")

    assert answer.status_code == 500
    assert "defect of the console" in answer.text
    said = capsys.readouterr()
    assert "payload of a customer" not in answer.text + said.out + said.err


async def test_an_act_whose_tables_cannot_be_read_is_not_done(console):
    """It says so as a page does."""

    async def act(_: Any) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    object.__setattr__(console.context, "act", act)
    form = {"token": console.log_in("operator"), "error_id": "error-1", "reason": "mapped now"}

    answer = await console.http.post("/acts/replay", data=form)

    assert answer.status_code == 503
    assert "The console cannot read its tables now" in answer.text
