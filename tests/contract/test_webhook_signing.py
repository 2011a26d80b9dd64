"""The test vectors of webhooks are what the relay sends, and what receivers of either kind expect."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks import Webhook

from consumer.relay import signing
from consumer.relay.signing import Keys, PrivateKey, SigningKey
from schemas.webhook_receiver import TOLERANCE_S, is_genuine

FILE = Path(__file__).parents[2] / "schemas" / "vectors" / "webhook_signing.json"
VECTORS = json.loads(FILE.read_text(encoding="utf-8"))["webhooks"]
named = pytest.mark.parametrize("vector", VECTORS, ids=[each["about"] for each in VECTORS])


def signatures(vector, version):
    """Those of one version, without it."""
    pairs = [each.split(",") for each in vector["headers"]["webhook-signature"].split(" ")]
    return [signature for found, signature in pairs if found == version]


@named
def test_the_relay_sends_exactly_these_headers(vector):
    """Names, values and their order within the list of signatures."""
    key = vector.get("signing_key")
    keys = Keys(
        secrets=tuple(SigningKey.of(secret) for secret in vector["secrets"]),
        private=PrivateKey.of(key) if key else None,
    )
    facts = {"webhook_id": vector["webhook_id"], "timestamp_s": vector["timestamp_s"]}

    assert signing.headers(keys, body=vector["body"].encode(), **facts) == vector["headers"]


@named
def test_the_reference_library_signs_the_same(vector):
    """PyPI's `standardwebhooks`, with each of the secrets."""
    moment = datetime.fromtimestamp(vector["timestamp_s"], UTC)

    for secret, signature in zip(vector["secrets"], signatures(vector, "v1"), strict=True):
        key = secret if secret.startswith("whsec_") else secret.encode()
        assert Webhook(key).sign(vector["webhook_id"], moment, vector["body"]) == f"v1,{signature}"


@named
def test_who_reads_lagos_documentation_expects_the_same(vector):
    """
    "Base64 of the HMAC-SHA256 of the raw body, under the key as it is shown".

    Lago names the algorithm in a header, and the webhook by its unique key.
    """
    headers, body = vector["headers"], vector["body"].encode()
    digest = hmac.new(vector["secrets"][0].encode("utf-8"), body, hashlib.sha256).digest()

    assert base64.b64decode(headers["X-Lago-Signature"]) == digest
    assert headers["X-Lago-Signature-Algorithm"] == "hmac"
    assert headers["X-Lago-Unique-Key"] == headers["webhook-id"]


@pytest.mark.parametrize("vector", [each for each in VECTORS if "public_key" in each])
def test_the_public_key_verifies_and_cannot_be_fooled(vector):
    """Ed25519 over the same text as the others."""
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(vector["public_key"].removeprefix("whpk_")))
    signed = f"{vector['webhook_id']}.{vector['timestamp_s']}.{vector['body']}".encode()
    [signature] = signatures(vector, "v1a")

    public.verify(base64.b64decode(signature), signed)
    with pytest.raises(InvalidSignature):
        public.verify(base64.b64decode(signature), signed + b" ")


class Kit:
    """The sample for receivers, asked about a vector with changes."""

    def __init__(self, vector):
        self.headers = {name.lower(): text for name, text in vector["headers"].items()}
        self.body = vector["body"].encode()
        self.secrets = vector["secrets"]
        self.now_s = vector["timestamp_s"]

    def believes(self, *, secret=None, headers=(), body=None, now_s=None):
        return is_genuine(
            self.secrets[0] if secret is None else secret,
            self.headers | dict(headers),
            self.body if body is None else body,
            now_s=self.now_s if now_s is None else now_s,
        )


@named
def test_the_sample_for_receivers_believes_it(vector):
    """With each of the secrets, and for five minutes."""
    kit = Kit(vector)

    assert all(kit.believes(secret=secret) for secret in kit.secrets)
    assert kit.believes(now_s=kit.now_s + TOLERANCE_S)


@named
def test_the_sample_for_receivers_believes_nothing_else(vector):
    """Another body, secret, id or time, a recording, or no signature at all."""
    kit = Kit(vector)
    changed = {
        "webhook-id": "another",
        "webhook-timestamp": str(kit.now_s + 1),
        "webhook-signature": "v1, v1,é",
    }

    assert not kit.believes(body=kit.body + b" ")
    assert not kit.believes(secret="whsec_AAAA")
    assert not any(kit.believes(headers={name: text}) for name, text in changed.items())
    assert not kit.believes(headers={"webhook-timestamp": "soon"})
    assert not kit.believes(now_s=kit.now_s + TOLERANCE_S + 1)
    assert not kit.believes(now_s=kit.now_s - TOLERANCE_S - 1)
