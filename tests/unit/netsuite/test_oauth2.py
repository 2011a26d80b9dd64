from __future__ import annotations

from datetime import UTC, datetime

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from consumer.netsuite.oauth2 import Signer

NOW = datetime(2026, 8, 1, tzinfo=UTC)
KEYS = {
    "PS256": RSAKey.generate_key(3072),
    "ES256": ECKey.generate_key("P-256"),
    "ES384": ECKey.generate_key("P-384"),
    "ES512": ECKey.generate_key("P-521"),
}


def pem(key) -> str:
    return key.as_pem(private=True).decode()


@pytest.mark.parametrize("algorithm", list(KEYS))
def test_assertion_is_signed_by_the_algorithm_of_its_key(algorithm):
    """
    RSA keys sign by PS256, curves by their own; all of them are on Oracle's list, RS256 is not.
    """
    signer = Signer.of_pem(pem(KEYS[algorithm]))

    assertion = signer.assertion(client_id="ci", certificate_id="kid", audience="https://h/token", now=NOW)

    token = jwt.decode(assertion, KEYS[algorithm], algorithms=[algorithm])
    assert token.header == {"typ": "JWT", "alg": algorithm, "kid": "kid"}
    assert (token.claims["iss"], token.claims["aud"]) == ("ci", "https://h/token")
    assert token.claims["scope"] == ["restlets"]
    assert token.claims["iat"] == int(NOW.timestamp())
    assert 0 < token.claims["exp"] - token.claims["iat"] < 3600


def test_two_assertions_are_never_the_same():
    """
    Each has an id of its own, even within one second.
    """
    signer = Signer.of_pem(pem(KEYS["PS256"]))

    first, second = (
        jwt.decode(
            signer.assertion(client_id="ci", certificate_id="kid", audience="a", now=NOW),
            KEYS["PS256"],
            algorithms=["PS256"],
        )
        for _ in range(2)
    )

    assert first.claims["jti"] != second.claims["jti"]


def test_key_with_escaped_newlines_is_read():
    """
    Environment variables often hold a key on one line.
    """
    text = pem(KEYS["ES256"]).replace("\n", "\\n")

    assert Signer.of_pem(text).algorithm == "ES256"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5\n-----END PRIVATE KEY-----",
        KEYS["ES256"].as_pem(private=False).decode(),
        KEYS["PS256"].as_pem(private=False).decode(),
        ECKey.generate_key("secp256k1").as_pem(private=True).decode(),
        OKPKey.generate_key("Ed25519").as_pem(private=True).decode(),
        KEYS["ES256"].as_pem(private=True, password="x").decode(),
    ],
    ids=["empty", "garbage", "public_ec", "public_rsa", "other_curve", "ed25519", "passphrase"],
)
def test_anything_but_a_usable_private_key_is_refused(text):
    """
    The mistake shows at start, not as a refused login.
    """
    with pytest.raises(ValueError, match="not a PEM private key"):
        Signer.of_pem(text)
