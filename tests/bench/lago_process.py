"""``python -m tests.bench.lago_process COPIES``: an emulated Lago with that many copies of `books.Block`."""

from __future__ import annotations

import sys
from contextlib import closing

import uvicorn

from consumer.commands.sandbox import LOOPBACK, listen, stop_on_signals
from consumer.sandbox.lago.http import LagoServer
from tests.bench import books


def main(copies: int) -> None:
    """Serve until SIGTERM; the line that is printed names the address and the organisation."""
    with closing(listen(LOOPBACK, 0)) as listener:
        lago = LagoServer.of(books.organization(copies))
        server = uvicorn.Server(uvicorn.Config(lago.app(), access_log=False, log_config=None, ws="none"))
        stop_on_signals(server)
        origin = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        print(f"Lago {lago.organization.lago_id} at {origin}", flush=True)  # noqa: T201 - how it is found
        server.run(sockets=[listener])


if __name__ == "__main__":
    main(int(sys.argv[1]))
