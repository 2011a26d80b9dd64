"""
``python -m tests.bench.lago_process COPIES``: an emulated Lago with copies of `books.Block`.

It posts webhooks of what changes later to an address; of the copies there are none.
"""

from __future__ import annotations

import argparse
import asyncio
from contextlib import closing
from dataclasses import dataclass

import uvicorn
from joserfc.jwk import RSAKey
from starlette.types import ASGIApp, Receive, Scope, Send

from consumer.commands.sandbox import LOOPBACK, listen, stop_on_signals
from consumer.commands.sandbox_lago_keys import HMAC_KEY
from consumer.http_client.posting import Endpoint
from consumer.sandbox.lago.http import LagoServer
from consumer.sandbox.lago.webhooks import KEY_BITS, Signer, Webhooks
from tests.bench import books


def main() -> None:
    """Serve until SIGTERM; the line that is printed names the address and the organisation."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.lago_process", description=__doc__)
    parser.add_argument("copies", type=int)
    parser.add_argument("--webhooks", help="where to post them")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that each response takes longer")
    chosen = parser.parse_args()
    with closing(listen(LOOPBACK, 0)) as listener:
        lago = LagoServer.of(books.organization(chosen.copies))
        origin = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        if chosen.webhooks is not None:
            signer = Signer(hmac_key=HMAC_KEY, private_key=RSAKey.generate_key(KEY_BITS), issuer=origin)
            post = Endpoint.at(chosen.webhooks)
            lago.webhooks = Webhooks(organization=lago.organization, signer=signer, post=post)
        app = Late(lago.app(), chosen.latency)
        server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_config=None, ws="none"))
        stop_on_signals(server)
        print(f"Lago {lago.organization.lago_id} at {origin}", flush=True)  # noqa: T201 - how it is found
        server.run(sockets=[listener])


@dataclass(frozen=True, slots=True)
class Late:
    """Answers later, without holding up other requests."""

    app: ASGIApp
    seconds: float

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait, then answer."""
        if scope["type"] == "http" and self.seconds:
            await asyncio.sleep(self.seconds)
        await self.app(scope, receive, send)


if __name__ == "__main__":
    main()
