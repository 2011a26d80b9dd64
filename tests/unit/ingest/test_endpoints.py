"""Every name has its keys, and a configuration without them does not start."""

import base64
from contextlib import AsyncExitStack

import pytest

from consumer.clock import FakeClock
from consumer.config.connection import Connection
from consumer.errors import ConfigurationError
from consumer.ingest.endpoints import Endpoint, Issuer, endpoints
from consumer.ingest.webhook import Webhook
from consumer.lago.public_key import FetchedKey, GivenKey, Unavailable
from consumer.lago.signatures import hmac_signature
from tests.support import lago
from tests.support.connection_files import connection
from tests.support.webhooks import HMAC_KEY, ISSUER, SIGNER, Signer

ORGANIZATION = lago.ORGANIZATION_ID
API = {"api_url": "https://api.lago.example/api/v1/", "api_key": "k"}
BODY = b"{}"


async def found(*connections: Connection):
    async with AsyncExitStack() as stack:
        return endpoints(connections, clock=FakeClock(), stack=stack)


async def problems(*connections: Connection):
    with pytest.raises(ConfigurationError) as caught:
        await found(*connections)
    return list(caught.value.problems)


def webhook(signature, algorithm):
    return Webhook(name="n", body=BODY, signature=signature, algorithm=algorithm)


async def test_a_connection_is_reached_by_its_code_and_by_its_organisation():
    """Connections of one organisation share its keys: Lago has one for all endpoints."""
    names = await found(
        connection(code="eu", lago={"webhook_hmac_key": HMAC_KEY}),
        connection(code="us", lago={"webhook_hmac_key": HMAC_KEY}),
        connection(code="other", lago={"organization_id": "org-2", "webhook_hmac_key": "another"}),
    )

    assert set(names) == {"eu", "us", "other", ORGANIZATION, "org-2"}
    assert names["eu"] is names["us"] is names[ORGANIZATION]
    assert names["eu"].hmac_keys == (HMAC_KEY,)
    assert names["other"].organization_id == "org-2"


async def test_a_key_is_read_where_its_reference_leads(monkeypatch, tmp_path):
    """Of the environment or of a file, in either of its forms."""
    monkeypatch.setenv("HMAC_KEY", HMAC_KEY)
    (tmp_path / "key").write_bytes(base64.encodebytes(SIGNER.pem.encode()))
    keys = {
        "webhook_hmac_key": "env:HMAC_KEY",
        "webhook_public_key": f"file:{tmp_path}/key",
        "webhook_issuer": ISSUER,
    }

    endpoint = (await found(connection(code="eu", lago=keys)))["eu"]

    assert endpoint.hmac_keys == (HMAC_KEY,)
    assert await endpoint.refusal_of_signature(webhook(SIGNER.token(BODY), "jwt")) is None


async def test_without_a_public_key_lago_is_asked_and_its_address_is_the_issuer():
    """As Lago names itself: without the path of its API."""
    endpoint = (await found(connection(code="eu", lago=API)))["eu"]

    [issuer] = endpoint.issuers
    assert isinstance(issuer.key, FetchedKey)
    assert issuer.name == "https://api.lago.example"


async def test_a_connection_without_any_key_is_refused():
    """With all the ways to give one."""
    [problem] = await problems(connection(code="eu"))

    assert problem == (
        "lago: connection eu: lago: has no key to verify webhooks with; give webhook_hmac_key, or "
        "webhook_public_key and webhook_issuer, or api_url and api_key"
    )


async def test_a_key_whose_reference_leads_nowhere_is_refused(monkeypatch):
    monkeypatch.delenv("HMAC_KEY", raising=False)

    [problem] = await problems(connection(code="eu", lago={"webhook_hmac_key": "env:HMAC_KEY"}))

    assert problem.endswith("connection eu: lago.webhook_hmac_key: environment variable HMAC_KEY is not set")


async def test_a_public_key_that_is_none_is_refused():
    keys = {"webhook_public_key": "nonsense", "webhook_issuer": ISSUER}

    [problem] = await problems(connection(code="eu", lago=keys))

    assert problem.endswith(
        "connection eu: lago.webhook_public_key is no public key, neither as PEM nor as base64 of PEM"
    )


@pytest.mark.parametrize(
    ("algorithm", "settings"),
    [
        ("hmac", "lago.webhook_hmac_key"),
        ("jwt", "lago.webhook_public_key and lago.webhook_issuer"),
    ],
)
async def test_an_algorithm_without_a_key_says_which_setting_it_lacks(algorithm, settings):
    answer = await Endpoint(organization_id="o").refusal_of_signature(webhook("x", algorithm))

    assert (answer.name, answer.status) == ("no_key", 401)
    assert answer.sentence == f"webhooks signed by {algorithm} are not set up here: give {settings}"


async def test_any_of_several_keys_will_do():
    """While a key is changed, the old one and the new one both stand in the file."""
    other = Signer()
    endpoint = Endpoint(
        organization_id="o",
        hmac_keys=("old", "new"),
        issuers=(
            Issuer(name=ISSUER, key=GivenKey(other.key)),
            Issuer(name=ISSUER, key=GivenKey(SIGNER.key)),
        ),
    )

    assert await endpoint.refusal_of_signature(webhook(hmac_signature(BODY, "new"), "hmac")) is None
    assert await endpoint.refusal_of_signature(webhook(SIGNER.token(BODY), "jwt")) is None
    assert (await endpoint.refusal_of_signature(webhook(Signer().token(BODY), "jwt"))).name == "bad_signature"


class ChangingKey:
    """Lago's key has changed since it was asked for."""

    def __init__(self, old, new):
        self.old, self.new = old, new

    async def current(self):
        return self.old

    async def renewed(self, doubted):
        assert doubted is self.old
        return self.new


async def test_a_signature_of_lagos_next_key_makes_us_ask_for_it():
    other = Signer()
    key = ChangingKey(SIGNER.key, other.key)
    endpoint = Endpoint(organization_id="o", issuers=(Issuer(name=ISSUER, key=key),))

    assert await endpoint.refusal_of_signature(webhook(other.token(BODY), "jwt")) is None
    assert (await endpoint.refusal_of_signature(webhook(Signer().token(BODY), "jwt"))).name == "bad_signature"


async def test_while_lagos_key_cannot_be_had_lago_is_asked_to_come_again():
    """503, for nobody knows whether the signature is good."""

    class Away:
        async def current(self):
            return Unavailable(reason="Lago is away")

    endpoint = Endpoint(organization_id="o", issuers=(Issuer(name=ISSUER, key=Away()),))

    answer = await endpoint.refusal_of_signature(webhook(SIGNER.token(BODY), "jwt"))

    assert (answer.status, answer.headers) == (503, {"retry-after": "5"})
    assert answer.sentence == "the signature cannot be verified now: Lago is away"
