"""Verifiers of both standards accept what is signed, and nothing else."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks import Webhook, WebhookVerificationError

from consumer.relay.signing import Keys, PrivateKey, SigningKey, headers

BODY = b'{"webhook_type":"x","amount":0.10,"name":"M\xc3\xbcller"}'
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
OLD = "whsec_" + base64.b64encode(b"o" * 32).decode()


def now_s() -> int:
    return int(datetime.now(UTC).timestamp())


def signed(*secrets: str, body: bytes = BODY, webhook_id: str = "msg_1") -> dict[str, str]:
    keys = Keys(secrets=tuple(SigningKey.of(secret) for secret in secrets))
    return headers(keys, webhook_id=webhook_id, timestamp_s=now_s(), body=body)


def test_the_reference_library_verifies_the_signature():
    """PyPI's `standardwebhooks` takes the body for what it is."""
    assert Webhook(SECRET).verify(BODY, signed(SECRET))["name"] == "Müller"


@pytest.mark.parametrize("secret", [SECRET, OLD])
def test_during_a_rotation_either_secret_verifies(secret):
    """Receivers move from one secret to the next when they please."""
    assert Webhook(secret).verify(BODY, signed(SECRET, OLD))


def test_a_changed_body_does_not_verify():
    """One byte is enough."""
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(BODY.replace(b"0.10", b"9.10"), signed(SECRET))


def test_another_secret_does_not_verify():
    """Neither of two that the receiver does not have."""
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(BODY, signed(OLD))


def test_a_secret_that_is_no_base64_signs_as_the_text_it_is():
    """A receiver that has Lago's key verifies by that key's bytes."""
    assert Webhook(b"plain text key").verify(BODY, signed("plain text key"))


@pytest.mark.parametrize("raw", [b"k" * 32, b"k" * 31])
def test_a_secret_in_base64_without_its_prefix_verifies_as_the_reference_library_reads_it(raw):
    """Padded or not: the library decodes it, a receiver with Lago's key takes the text; both verify."""
    secret = base64.b64encode(raw).decode()

    for given in (secret, secret.rstrip("=")):
        assert Webhook(given).verify(BODY, signed(given))
        assert Webhook(given.encode()).verify(BODY, signed(given))


def test_either_of_the_two_keys_of_such_a_secret_must_be_right():
    """A further signature does not make a wrong one valid."""
    other = base64.b64encode(b"o" * 32).decode()

    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(BODY, signed(base64.b64encode(b"k" * 32).decode()))


def test_lagos_header_is_what_lago_documents():
    """HMAC-SHA256 over the body by the key's literal text: the vector of a Lago organisation's key."""
    body = (
        b'{"webhook_type":"x","object_type":"y","organization_id":"z",'
        b'"customer":{"name":"A \\u0026 B \\u003cx\\u003e"}}'
    )

    found = signed("test-hmac-key", body=body)

    assert found["X-Lago-Signature"] == "BKV98S1Bxq18R6/Ti6So32xNCRmxU+lopUwlEZyeoSU="
    assert found["X-Lago-Signature-Algorithm"] == "hmac"
    assert found["X-Lago-Unique-Key"] == "msg_1"


def test_lagos_header_takes_the_secret_literally_also_with_its_prefix():
    """Lago never decodes its key, and during a rotation the new one signs."""
    expected = hmac.new(SECRET.encode(), BODY, hashlib.sha256).digest()

    assert base64.b64decode(signed(SECRET, OLD)["X-Lago-Signature"]) == expected


@pytest.mark.parametrize("secret", ["whsec_", "whsec_!!", "whsec_ä"])
def test_a_marked_secret_must_be_base64(secret):
    """Else a typing error would sign what nobody can verify."""
    with pytest.raises(ValueError, match="base64"):
        SigningKey.of(secret)


def test_a_key_does_not_show_itself():
    """Neither form of it."""
    assert "plain" not in repr(SigningKey.of("plain"))


SEED = bytes(range(32))


def _packed(prefix: str, raw: bytes) -> str:
    return prefix + base64.b64encode(raw).decode()


def test_an_ed25519_key_is_read_with_and_without_its_public_half():
    """Both forms are in use, and are the same key."""
    public = Ed25519PrivateKey.from_private_bytes(SEED).public_key().public_bytes_raw()

    short, long = PrivateKey.of(_packed("whsk_", SEED)), PrivateKey.of(_packed("whsk_", SEED + public))

    assert short.signature(b"x") == long.signature(b"x")


@pytest.mark.parametrize(
    ("secret", "sentence"),
    [
        (SECRET, "does not begin with whsk_"),
        ("whsk_!", "is not base64 after whsk_"),
        (_packed("whsk_", SEED[:31]), "is no Ed25519 key of 32 bytes"),
        (_packed("whsk_", SEED + SEED), "has a public half that is another key's"),
        (_packed("whsk_", SEED + b"x"), "has a public half that is another key's"),
    ],
)
def test_what_is_no_ed25519_key_is_refused(secret, sentence):
    """Without quoting it."""
    with pytest.raises(ValueError, match=sentence) as refused:
        PrivateKey.of(secret)

    assert secret not in str(refused.value)
