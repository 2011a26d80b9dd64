"""``lago-netsuite sandbox lago``: an emulated Lago on this machine."""

from __future__ import annotations

from contextlib import closing
from urllib.parse import urlsplit

import uvicorn

from consumer.commands.sandbox import LOOPBACK, listen, stop_on_signals
from consumer.commands.sandbox_lago_keys import HMAC_KEY, Keys
from consumer.errors import ConfigurationError
from consumer.http_client.posting import Endpoint
from consumer.sandbox.lago.http import API_KEY, LagoServer, utc_now
from consumer.sandbox.lago.organization import Organization
from consumer.sandbox.lago.ready_made import ready_made
from consumer.sandbox.lago.webhooks import Signer, Webhooks


def run(
    port: int, *, slug: str, webhook_url: str | None, keys: Keys, seed: int | None, host: str = LOOPBACK
) -> None:
    """
    Serve an emulated Lago organisation until SIGTERM or SIGINT.

    Args:
        port: 0 chooses a free one; the printed line contains it.
        slug: name of the organisation; the same name gives the same ids.
        webhook_url: where webhooks are posted to: ingest's ``/lago/CODE``; None leaves them in the outbox.
        keys: of the API and of the webhooks.
        seed: of the documents that the organisation has at its start; None for none.
        host: the address to listen on. Documents and keys are readable by everyone who can connect.

    Raises:
        ConfigurationError: the address of webhooks is none of HTTP.
        StartupError: the port is taken.
    """
    if webhook_url is not None and not _is_http(webhook_url):
        raise ConfigurationError([f"--webhooks {webhook_url}: it is no http:// or https:// address"])
    organization = _organization(slug, seed)
    with closing(listen(host, port)) as listener:
        origin = f"http://{host}:{listener.getsockname()[1]}"
        lago = LagoServer.of(organization, api_key=keys.api_key)
        lago.rest.public_pem = keys.private_key.as_pem(private=False).decode()
        if webhook_url is not None:
            lago.webhooks = _webhooks(organization, webhook_url, origin, keys)
        server = uvicorn.Server(uvicorn.Config(lago.app(), access_log=False, log_config=None, ws="none"))
        stop_on_signals(server)
        print(_line(lago, origin, keys), flush=True)
        server.run(sockets=[listener])


def _organization(slug: str, seed: int | None) -> Organization:
    if seed is None:
        return Organization(now=utc_now, slug=slug)
    return ready_made(seed, now=utc_now, slug=slug)


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _webhooks(organization: Organization, url: str, origin: str, keys: Keys) -> Webhooks:
    signer = Signer(hmac_key=keys.hmac_key, private_key=keys.private_key, issuer=origin)
    return Webhooks(organization=organization, signer=signer, post=Endpoint.at(url), algorithm=keys.algorithm)


def _line(lago: LagoServer, origin: str, keys: Keys) -> str:
    """Where it is, and the keys that everybody knows; keys that were given are not printed."""
    api_key = keys.api_key if keys.api_key == API_KEY else "as given"
    hmac_key = keys.hmac_key if keys.hmac_key == HMAC_KEY else "as given"
    return (
        f"Lago sandbox {lago.organization.lago_id} at {origin}"
        f" | lago.api_url: {origin} | lago.api_key: {api_key} | webhook_hmac_key: {hmac_key}"
    )
