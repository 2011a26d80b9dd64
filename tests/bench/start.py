"""
``python -m tests.bench.start [COMMAND...]``: from exec to ready, seconds and CPU seconds of each command.

Kafka is up, its topics are there, and a NetSuite sandbox answers; a command is started alone, until its
``/readyz`` responds with 200. Medians of the rounds; the first round is not counted, since it may compile.
CPU seconds are also true on a busy machine. The figures go to build/bench-start.json.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from consumer.commands.console_output import ConsoleOutput
from consumer.config.settings import env_name
from consumer.demo import connections, playback, processes_under_test, sandbox_process
from consumer.demo.kafka import kafka
from consumer.demo.lago import Lago
from consumer.demo.process import Program
from consumer.demo.run import Demo
from consumer.kafka import topics
from consumer.sandbox.broker import HOST, free_port
from tests.bench.worker import usage_of

BUILD = Path(__file__).parents[2] / "build"
COMMANDS = ("worker", "relay", "ingest", "console")
ROUNDS = 5
LOOK_EVERY_S = 0.005
READY_LIMIT_S = 60.0
READY = b"HTTP/1.1 200"


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """
    From exec to ready.

    Attributes:
        seconds: by the clock.
        cpu_s: of the process itself.
    """

    seconds: float
    cpu_s: float


def main() -> int:
    """Start each command round after round, and print the medians."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.start", description=__doc__)
    parser.add_argument("commands", nargs="*", metavar="COMMAND", help=f"of {', '.join(COMMANDS)}")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--kafka", metavar="ADDRESS", help="instead of the embedded broker")
    chosen = parser.parse_args()
    starts = asyncio.run(_measured(chosen.commands or COMMANDS, chosen.rounds, chosen.kafka))
    found = {name: _median(each) for name, each in starts.items()}
    load = os.getloadavg()[0]
    for name, start in found.items():
        print(f"{name:8} {start.seconds:6.2f} s {start.cpu_s:6.2f} CPU s   (load average {load:.1f})")  # noqa: T201
    BUILD.mkdir(exist_ok=True)
    figures = {"load_average": load, "commands": {name: asdict(start) for name, start in found.items()}}
    (BUILD / "bench-start.json").write_text(json.dumps(figures, indent=1) + "\n")
    return 0


async def _measured(commands: list[str], rounds: int, address: str | None) -> dict[str, list[Start]]:
    starts: dict[str, list[Start]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        async with _surroundings(Path(place), address) as variables:
            for number in range(rounds + 1):
                for name in commands:
                    start = await _start(name, Path(place), variables)
                    starts[name] += [start] if number else []
    return starts


@asynccontextmanager
async def _surroundings(folder: Path, address: str | None) -> AsyncIterator[Mapping[str, str]]:
    """Broker with topics, sandbox and Lago; yields the environment variables of the commands."""
    async with AsyncExitStack() as stack:
        begun = stack.enter_context(sandbox_process.begun())
        demo = Demo(begun=begun, out=ConsoleOutput(), lago=Lago.installed(1), kafka=address)
        place = await stack.enter_async_context(kafka(folder, address, demo.out))
        await topics.create(place.settings, partitions_each=processes_under_test.PARTITIONS)
        lago = await stack.enter_async_context(playback.served(demo.inbox, demo.lago))
        origin = await sandbox_process.origin_of(begun.sandbox)
        file = await connections.write(folder, origin, demo._facts(lago))
        settings = {
            "kafka_bootstrap_servers": place.bootstrap_servers,
            "topic_prefix": place.topic_prefix,
            "connections_file": str(file),
            "consumer_group": f"{place.topic_prefix}lago-netsuite",
            "console_state": str(folder / "console.sqlite"),
            "console_port": "0",
            "ops_host": HOST,
            "ingest_host": HOST,
            "ingest_stop_delay_s": "0",
            "log_format": "json",
        }
        yield {env_name(name): value for name, value in settings.items()}


async def _start(name: str, folder: Path, variables: Mapping[str, str]) -> Start:
    port = free_port()
    own = {env_name("ops_port"): str(port), env_name("ingest_port"): str(free_port())}
    program = Program(name, log_file=folder / f"{name}.log", environment={**variables, **own})
    begun_s = time.monotonic()
    program.start()
    try:
        async with asyncio.timeout(READY_LIMIT_S):
            while True:
                if await _is_ready(port):
                    return Start(seconds=time.monotonic() - begun_s, cpu_s=usage_of(program.pid).cpu_s)
                await asyncio.sleep(LOOK_EVERY_S)
    finally:
        await program.stop()


async def _is_ready(port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    try:
        writer.write(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return (await reader.readline()).startswith(READY)
    finally:
        writer.close()


def _median(starts: list[Start]) -> Start:
    return Start(
        seconds=round(median(each.seconds for each in starts), 2),
        cpu_s=round(median(each.cpu_s for each in starts), 2),
    )


if __name__ == "__main__":
    raise SystemExit(main())
