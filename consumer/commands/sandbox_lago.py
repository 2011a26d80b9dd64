"""``lago-netsuite sandbox lago``: an emulated Lago on this machine."""

from __future__ import annotations

from contextlib import closing

import uvicorn
from joserfc.jwk import RSAKey

from consumer.commands.sandbox import LOOPBACK, listen, stop_on_signals
from consumer.http_client.posting import Endpoint
from consumer.sandbox.lago.http import API_KEY, LagoServer, utc_now
from consumer.sandbox.lago.organization import Organization
from consumer.sandbox.lago.webhooks import KEY_BITS, Signer, Webhooks

HMAC_KEY = "lago-sandbox-hmac-key"


def run(port: int, *, slug: str, webhook_url: str | None, host: str = LOOPBACK) -> None:
    """
    Serve an emulated Lago organisation until SIGTERM or SIGINT.

    Args:
        port: 0 chooses a free one; the printed line contains it.
        slug: name of the organisation; the same name gives the same ids.
        webhook_url: where webhooks are posted to: ingest's ``/lago/CODE``; None leaves them in the outbox.
        host: the address to listen on. Documents and keys are readable by everyone who can connect.

    Raises:
        StartupError: the port is taken.
    """
    with closing(listen(host, port)) as listener:
        origin = f"http://{host}:{listener.getsockname()[1]}"
        lago = LagoServer.of(Organization(now=utc_now, slug=slug))
        if webhook_url is not None:
            lago.webhooks = _webhooks(lago.organization, webhook_url, origin)
        server = uvicorn.Server(uvicorn.Config(lago.app(), access_log=False, log_config=None, ws="none"))
        stop_on_signals(server)
        print(_line(lago, origin), flush=True)
        server.run(sockets=[listener])


def _webhooks(organization: Organization, url: str, origin: str) -> Webhooks:
    signer = Signer(hmac_key=HMAC_KEY, private_key=RSAKey.generate_key(KEY_BITS), issuer=origin)
    return Webhooks(organization=organization, signer=signer, post=Endpoint.at(url))


def _line(lago: LagoServer, origin: str) -> str:
    return (
        f"Lago sandbox {lago.organization.lago_id} at {origin}"
        f" | lago.api_url: {origin} | lago.api_key: {API_KEY} | webhook_hmac_key: {HMAC_KEY}"
    )
