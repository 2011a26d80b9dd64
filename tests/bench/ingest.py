"""
``python -m tests.bench.ingest``: how many webhooks a second one core takes, and how fast at a gentle rate.

The server has one core for itself, the load generator and the broker share another. Each round is measured
after a warm-up; the medians of the rounds are printed, and written to build/bench-ingest.json.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles

from consumer.config.settings import Settings, env_name
from consumer.kafka import topics
from consumer.lago.signatures import hmac_signature
from consumer.sandbox.broker import embedded_broker, free_port, stop
from tests.support import connection_files, lago
from tests.support.webhooks import ISSUER, SIGNER

BUILD = Path(__file__).parents[2] / "build"
KEY = "bench-hmac-key"
CODE = "netsuite-eu"
SERVER_CORE, LOAD_CORE = 1, 0
CUSTOMERS = 200
SENDERS = 64
GENTLE_RATE_PER_S = 200
START_LIMIT_S = 30.0
ACCEPTED = b"HTTP/1.1 202"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """
    What one round measured; every webhook was answered by 202 after Kafka's acknowledgement.

    Attributes:
        cpu_ms_per_webhook: processor time of the server under full load; also true on a machine that is busy
            with other things, where `webhooks_per_s` is not.
    """

    webhooks_per_s: float
    cpu_ms_per_webhook: float
    gentle_p50_ms: float
    gentle_p99_ms: float
    body_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A process that takes webhooks on that port of this machine."""

    port: int
    pid: int

    @property
    def cpu_s(self) -> float:
        """Processor time so far."""
        # The id of a process's clock (clock_getcpuclockid(3)): in nanoseconds, where /proc counts hundredths.
        return time.clock_gettime((~self.pid << 3) | 2)


def main() -> int:
    """Measure some rounds, print and write their medians."""
    chosen = _arguments()
    os.sched_setaffinity(0, {LOAD_CORE})
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-ingest-")))
        address = stack.enter_context(embedded_broker(place / "kafka"))
        server = stack.enter_context(ours(place, address))
        endless = requests(chosen.signature)
        rounds = [asyncio.run(_round(server, chosen.seconds, endless)) for _ in range(-1, chosen.rounds)]
    medians = {key: median(asdict(each)[key] for each in rounds[1:]) for key in asdict(rounds[0])}
    BUILD.mkdir(exist_ok=True)
    about = {"rounds": len(rounds) - 1, "signature": chosen.signature}
    (BUILD / "bench-ingest.json").write_text(json.dumps(medians | about, indent=2))
    print(json.dumps([asdict(each) for each in rounds[1:]], indent=2), json.dumps(medians), sep="\n")  # noqa: T201
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.ingest", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each of the two loads of a round")
    parser.add_argument("--signature", choices=["hmac", "jwt"], default="hmac")
    return parser.parse_args()


@contextmanager
def ours(folder: Path, bootstrap_servers: str) -> Iterator[Server]:
    """``lago-netsuite ingest`` on a core of its own."""
    (folder / "lago.pem").write_text(SIGNER.pem)
    keys = {
        "webhook_hmac_key": "env:BENCH_HMAC_KEY",
        "webhook_public_key": f"file:{folder}/lago.pem",
        "webhook_issuer": ISSUER,
    }
    entry = connection_files.settings(code=CODE, lago=keys)
    (folder / "connections.yaml").write_text(connection_files.yaml_text(entry))
    asyncio.run(topics.create(Settings(kafka_bootstrap_servers=bootstrap_servers)))
    port = free_port()
    given = {
        "kafka_bootstrap_servers": bootstrap_servers,
        "connections_file": str(folder / "connections.yaml"),
        "ingest_host": "127.0.0.1",
        "ingest_port": str(port),
        "ops_host": "127.0.0.1",
        "ops_port": "0",
        "log_level": "warning",
    }
    settings = {env_name(name): value for name, value in given.items()}
    with running("consumer", "ingest", port=port, settings=settings | {"BENCH_HMAC_KEY": KEY}) as server:
        yield server


@contextmanager
def running(*module: str, port: int, settings: Mapping[str, str]) -> Iterator[Server]:
    """A module that listens on that port, on a core of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", *module],
        env={**os.environ, **settings},
        preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}),  # noqa: PLW1509 - no threads here yet
    )
    try:
        asyncio.run(listening(port))
        yield Server(port=port, pid=process.pid)
    finally:
        stop(process)


async def listening(port: int) -> None:
    """Wait until the port accepts connections, `START_LIMIT_S` at most."""
    async with asyncio.timeout(START_LIMIT_S):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return


async def _round(server: Server, seconds: float, requests: Iterator[bytes]) -> Figures:
    before_s = server.cpu_s
    count = await flood(server.port, requests, seconds)
    used_s = server.cpu_s - before_s
    latencies_ms = await _drip(server.port, requests, seconds)
    cuts = quantiles(latencies_ms, n=100)
    return Figures(
        webhooks_per_s=round(count / seconds, 1),
        cpu_ms_per_webhook=round(used_s / count * 1000, 3),
        gentle_p50_ms=round(cuts[49], 2),
        gentle_p99_ms=round(cuts[98], 2),
        body_bytes=len(_body(0)),
    )


def _body(customer: int) -> bytes:
    who: Mapping[str, object] = lago.customer(external_id=f"cus-{customer}")
    return lago.invoice_event(customer=who)


def requests(signature: str) -> Iterator[bytes]:
    """Without end: customers in turn, each request a webhook of its own."""
    bodies = [_body(customer) for customer in range(CUSTOMERS)]
    signed = [
        (body, hmac_signature(body, KEY) if signature == "hmac" else SIGNER.token(body)) for body in bodies
    ]
    for number in itertools.count():
        body, text = signed[number % CUSTOMERS]
        head = (
            f"POST /lago/{CODE} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nx-lago-signature: {text}\r\n"
            f"x-lago-signature-algorithm: {signature}\r\nx-lago-unique-key: {number}\r\n\r\n"
        )
        yield head.encode() + body


async def flood(port: int, requests: Iterator[bytes], seconds: float) -> int:
    """As many as the server takes, from a number of senders that each wait for an answer."""
    end_s = time.perf_counter() + seconds

    async def send() -> int:
        count = 0
        async with _connection(port) as exchange:
            while time.perf_counter() < end_s:
                await exchange(next(requests))
                count += 1
        return count

    async with asyncio.TaskGroup() as tasks:
        senders = [tasks.create_task(send()) for _ in range(SENDERS)]
    return sum(each.result() for each in senders)


async def _drip(port: int, requests: Iterator[bytes], seconds: float) -> list[float]:
    """A fixed rate; latencies in milliseconds from the moment each was due, so that waiting counts."""
    began_s = time.perf_counter()
    due = iter([began_s + n / GENTLE_RATE_PER_S for n in range(int(seconds * GENTLE_RATE_PER_S))])
    latencies_ms: list[float] = []

    async def send() -> None:
        async with _connection(port) as exchange:
            for due_s in due:
                request = next(requests)
                await asyncio.sleep(max(0.0, due_s - time.perf_counter()))
                await exchange(request)
                latencies_ms.append((time.perf_counter() - due_s) * 1000)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(SENDERS // 4):
            tasks.create_task(send())
    return latencies_ms


class _connection:  # noqa: N801 - used as a block
    """A keep-alive connection on a raw socket, since a client library would be slower than the server."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self):
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self._exchange

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def _exchange(self, request: bytes) -> None:
        async with asyncio.timeout(START_LIMIT_S):
            self._writer.write(request)
            head = await self._reader.readuntil(b"\r\n\r\n")
            assert head.startswith(ACCEPTED), head
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await self._reader.readexactly(length)


if __name__ == "__main__":
    raise SystemExit(main())
