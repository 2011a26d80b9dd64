"""
``python -m tests.bench.bare_starlette PORT``: what starlette and our producer can do at all.

One route reads the body and writes it to Kafka, and nothing else: no signature, no limits, no deduplication,
no metrics. The server is uvicorn on httptools and uvloop, as that of ingest.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from consumer.commands.ingest import BATCH_LIMIT_BYTES, LINGER_MS, RECORD_LIMIT_BYTES
from consumer.config.settings import Settings
from consumer.kafka.cluster import Cluster, stop
from consumer.lago.signatures import UNIQUE_KEY_HEADER

TOPIC = "lago.invoices"


@asynccontextmanager
async def producing(app: Starlette) -> AsyncIterator[None]:
    """The producer of ingest, with its settings."""
    producer = Cluster.of(Settings.load()).producer(
        record_limit_bytes=RECORD_LIMIT_BYTES, batch_limit_bytes=BATCH_LIMIT_BYTES, linger_ms=LINGER_MS
    )
    await producer.start()
    app.state.producer = producer
    yield
    await stop(producer)


async def take(request: Request) -> JSONResponse:
    """Answer when Kafka has acknowledged the record."""
    key = request.headers[UNIQUE_KEY_HEADER].encode()
    await request.app.state.producer.send_and_wait(TOPIC, key=key, value=await request.body())
    return JSONResponse({"status": "produced"}, status_code=202)


def main() -> None:
    """Serve until SIGTERM."""
    app = Starlette(routes=[Route("/lago/{name}", take, methods=["POST"])], lifespan=producing)
    uvicorn.run(
        app,
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="error",
        proxy_headers=False,
        server_header=False,
    )


if __name__ == "__main__":
    main()
