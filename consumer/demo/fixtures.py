"""
The files that the processes of a rehearsal share, written before any of them starts.

They are the sandbox's books and login, Lago's keys, the secret of the webhooks, and the connections.yaml
that refers to them.
"""

from __future__ import annotations

import base64
import json
import secrets
from pathlib import Path
from string import Template

from joserfc.jwk import ECKey

from consumer.commands.sandbox_lago_keys import HMAC_KEY as EMULATED_HMAC_KEY
from consumer.config import private_file
from consumer.demo import connections, sandbox_process
from consumer.demo.lago import Lago
from consumer.demo.webhook_inbox import PATH, SECRET_PREFIX
from consumer.sandbox.lago.http import API_KEY, utc_now
from consumer.sandbox.lago.ready_made import ready_made
from consumer.sandbox.netsuite.console import RESTLET_PATH
from consumer.sandbox.netsuite.profile import OAuth2, Profile, TokenBased

CONNECTIONS, PROFILE, BOOKS = "connections.yaml", "profile.json", "books.sqlite"
HMAC_KEY, LAGO_KEY, WEBHOOK_SECRET = "hmac_key", "lago_private.pem", "webhook_secret"
EMULATED = Path(__file__).with_name("emulated_lago.template.yaml")
SEED = 1
"""Of the month that the parts are made for, and of the emulated Lago."""
ENVIRONMENT = "    environment: sandbox\n"


def prepare(folder: Path, *, sandbox: str, webhooks: str, emulated_lago: str) -> bool:
    """
    Write the files that the processes share; returns False when they exist already.

    Args:
        folder: where; every process must mount it at the same path, because connections.yaml refers to it.
        sandbox: origin of the sandbox as the worker reaches it.
        webhooks: origin of `play`, which has Lago's API and receives webhooks, as relay and worker reach it.
        emulated_lago: origin of ``sandbox lago`` as the worker reaches it.
    """
    if (folder / CONNECTIONS).exists():
        return False
    # connections.yaml is written last: without it an earlier run was interrupted, and all is written again.
    (folder / BOOKS).unlink(missing_ok=True)
    sandbox_process.create_existing_customer(folder / BOOKS)
    values = _login(folder, sandbox) | _lago(folder, webhooks) | {"webhook_url": webhooks + PATH}
    values |= _emulated(folder, emulated_lago)
    text = Template(connections.TEMPLATE.read_text() + EMULATED.read_text()).substitute(values)
    # Written last and by an atomic rename: when it exists, all other files exist.
    draft = folder / f"{CONNECTIONS}.draft"
    private_file.write(draft, text.replace(ENVIRONMENT, f"{ENVIRONMENT}    allow_http: true\n"))
    draft.replace(folder / CONNECTIONS)
    return True


def _login(folder: Path, sandbox: str) -> dict[str, str]:
    """Make a key pair for the sandbox's OAuth 2.0 login, and a profile that has its public key."""
    profile, key = Profile.load(), ECKey.generate_key("P-256")
    oauth2 = next(each for each in profile.integrations if isinstance(each, OAuth2))
    tba = next(each for each in profile.integrations if isinstance(each, TokenBased))
    known = oauth2.model_copy(update={"public_key_pem": key.as_pem(private=False).decode()})
    others = [each for each in profile.integrations if each is not oauth2]
    logins = [each.model_dump(mode="json") for each in (known, *others)]
    private_file.write(folder / PROFILE, json.dumps({"extends": "default", "integrations": logins}, indent=2))
    script = profile.scripts[0]
    return {
        "account_id": profile.account_id,
        "restlet_url": f"{sandbox}{RESTLET_PATH}?script={script.id}&deploy={script.deploy}",
        "client_id": _kept(folder, "client_id", oauth2.client_id),
        "certificate_id": _kept(folder, "certificate_id", oauth2.certificate_id),
        "private_key_file": _kept(folder, "netsuite.pem", key.as_pem(private=True).decode())[len("file:") :],
        "tba_client_id": _kept(folder, "tba_client_id", tba.consumer_key),
        "tba_client_secret": _kept(folder, "tba_client_secret", tba.consumer_secret),
        "tba_token_id": _kept(folder, "tba_token_id", tba.token_id),
        "tba_token_secret": _kept(folder, "tba_token_secret", tba.token_secret),
    }


def _lago(folder: Path, lago_url: str) -> dict[str, str]:
    lago = Lago.installed(SEED)
    _kept(folder, LAGO_KEY, lago.private_key.as_pem(private=True).decode())
    return {
        "organization_id": lago.month.organization.lago_id,
        "lago_url": lago_url,
        "lago_api_key": _kept(folder, "lago_api_key", API_KEY),
        "hmac_key": _kept(folder, HMAC_KEY, lago.hmac_key),
        "public_key_file": _kept(folder, "lago.pem", lago.public_pem)[len("file:") :],
        "issuer": lago.issuer,
        "webhook_secret": _kept(
            folder, WEBHOOK_SECRET, SECRET_PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()
        ),
    }


def _emulated(folder: Path, origin: str) -> dict[str, str]:
    """The emulated Lago has the keys that everybody knows."""
    return {
        "emulated_organization_id": ready_made(SEED, now=utc_now, slug="acme").lago_id,
        "emulated_lago_url": origin,
        "emulated_api_key": _kept(folder, "emulated_api_key", API_KEY),
        "emulated_hmac_key": _kept(folder, "emulated_hmac_key", EMULATED_HMAC_KEY),
    }


def _kept(folder: Path, name: str, secret: str) -> str:
    """Write the secret to a file that only its owner may read; returns its ``file:`` reference."""
    file = folder / name
    private_file.write(file, secret)
    return f"file:{file}"
