"""
``python -m tests.bench.lago_process COPIES [WEBHOOKS]``: an emulated Lago with copies of `books.Block`.

It posts webhooks of what changes later to that address; of the copies there are none.
"""

from __future__ import annotations

import sys
from contextlib import closing

import uvicorn
from joserfc.jwk import RSAKey

from consumer.commands.sandbox import LOOPBACK, listen, stop_on_signals
from consumer.commands.sandbox_lago_keys import HMAC_KEY
from consumer.http_client.posting import Endpoint
from consumer.sandbox.lago.http import LagoServer
from consumer.sandbox.lago.webhooks import KEY_BITS, Signer, Webhooks
from tests.bench import books


def main(copies: int, webhooks: str | None = None) -> None:
    """Serve until SIGTERM; the line that is printed names the address and the organisation."""
    with closing(listen(LOOPBACK, 0)) as listener:
        lago = LagoServer.of(books.organization(copies))
        origin = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        if webhooks is not None:
            signer = Signer(hmac_key=HMAC_KEY, private_key=RSAKey.generate_key(KEY_BITS), issuer=origin)
            lago.webhooks = Webhooks(
                organization=lago.organization, signer=signer, post=Endpoint.at(webhooks)
            )
        server = uvicorn.Server(uvicorn.Config(lago.app(), access_log=False, log_config=None, ws="none"))
        stop_on_signals(server)
        print(f"Lago {lago.organization.lago_id} at {origin}", flush=True)  # noqa: T201 - how it is found
        server.run(sockets=[listener])


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
