"""Only what Lago has signed, byte for byte, is Lago's."""

import base64
import hmac
import json
import socket
import textwrap

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.jwk import RSAKey

from consumer.lago.signatures import check_hmac, check_jwt, hmac_signature, public_key
from tests.support.webhooks import ISSUER, SIGNER, Signer

# Worked out with Lago's own code; the backslashes are part of the 107 bytes.
KEY = "test-hmac-key"
BODY = (
    rb'{"webhook_type":"x","object_type":"y","organization_id":"z",'
    rb'"customer":{"name":"A \u0026 B \u003cx\u003e"}}'
)
ATTACKER = Signer()
SIGNATURE = "BKV98S1Bxq18R6/Ti6So32xNCRmxU+lopUwlEZyeoSU="


def jwt(token, body=BODY, key=SIGNER.key, issuer=ISSUER):
    return check_jwt(body, token, key=key, issuer=issuer)


def test_the_hmac_of_lagos_own_example_verifies():
    """Key as its literal text, base64 with padding."""
    assert len(BODY) == 107
    assert hmac_signature(BODY, KEY) == SIGNATURE
    assert check_hmac(BODY, SIGNATURE, key=KEY) is None


@pytest.mark.parametrize(
    ("body", "signature", "key"),
    [
        (BODY.replace(b"A", b"B"), SIGNATURE, KEY),
        (json.dumps(json.loads(BODY), separators=(",", ":")).encode(), SIGNATURE, KEY),
        (BODY + b"\n", SIGNATURE, KEY),
        (BODY, SIGNATURE.rstrip("="), KEY),
        (BODY, SIGNATURE.lower(), KEY),
        (BODY, SIGNATURE, "another-key"),
        (BODY, "", KEY),
        (BODY, "ÿ", KEY),
    ],
    ids=["one byte", "written again", "line feed", "padding", "case", "key", "nothing", "not ASCII"],
)
def test_any_other_body_key_or_signature_does_not(body, signature, key):
    """Also a body that was parsed and written again, which says the same in other bytes."""
    forged = check_hmac(body, signature, key=key)

    assert forged is not None
    assert forged.reason == "bad_signature"


def test_a_jwt_of_lago_verifies():
    """RS256 with nothing in its header but that; no times and no id among its claims."""
    token = SIGNER.token(BODY)

    assert json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "==")) == {"alg": "RS256"}
    assert jwt(token) is None


@pytest.mark.parametrize("number", [1, 2, 3], ids=["content", "signature", "head"])
def test_a_key_that_knows_the_head_of_a_jwt_refuses_what_it_refused_before(number):
    """joserfc reads only the first of a kind; the next are verified with the prepared key."""
    key = SIGNER.key
    good = SIGNER.token(BODY)
    other = ATTACKER.token(BODY).split(".")
    changed = [*good.split(".")]
    changed[number % 3] = other[number % 3] if number > 1 else changed[1][:-4] + "AAAA"
    bad = [".".join(changed), f"{good}.x", f"{good[:-8]}", good.replace(".", "..", 1), good.split(".")[0]]
    bad += [ATTACKER.token(BODY), SIGNER.token(BODY, algorithm="PS256"), good.rpartition(".")[0] + ".", ""]

    assert [jwt(good, key=key), jwt(good, key=key)] == [None, None]
    known = [jwt(each, key=key) for each in bad if each != good]
    assert known == [jwt(each, key=SIGNER.key) for each in bad if each != good]
    assert None not in known


def test_a_head_with_members_of_its_own_is_read_anew_each_time():
    """One may say that the payload is not in base64 (RFC 7797)."""
    head = {"alg": "RS256", "b64": False, "crit": ["b64"]}
    content = '{"data":"{}","iss":"lago"}'
    detached = jws.serialize_compact(head, content, _private(), algorithms=["RS256"])
    token = detached.replace("..", f".{content}.")
    key = SIGNER.key

    assert [jwt(token, b"{}", key=key, issuer="lago") for _ in range(2)] == [None, None]


def test_a_jwt_may_carry_megabytes():
    """It holds the whole body again."""
    body = b'{"webhook_type":"' + b"x" * 5_000_000 + b'"}'

    assert jwt(SIGNER.token(body), body) is None


def test_a_jwt_with_letters_beyond_ascii_holds_the_bytes_of_the_body():
    """As UTF-8, whether or not the token escapes them."""
    body = '{"name":"Łódź 🚀"}'.encode()

    assert jwt(SIGNER.token(body), body) is None


@pytest.mark.parametrize("body", [BODY.replace(b"A", b"B"), BODY + b" ", b"", b"\xff"])
def test_a_jwt_for_another_body_is_refused(body):
    assert jwt(SIGNER.token(BODY), body).sentence == "X-Lago-Signature was made for another body"


def test_a_jwt_of_another_issuer_is_refused():
    """Another Lago installation may have any key, but not this name."""
    forged = jwt(SIGNER.token(BODY, issuer="https://elsewhere.example"))

    assert forged.reason == "foreign_issuer"
    assert forged.sentence == f"X-Lago-Signature was not issued by {ISSUER}"


def test_a_jwt_of_another_key_is_refused():
    assert jwt(Signer().token(BODY)).sentence == "X-Lago-Signature is no JWT signed with Lago's key"


def _segment(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


CLAIMS = {"data": BODY.decode(), "iss": ISSUER}


def _signed_with_the_public_key_as_secret():
    # The classic confusion: the public key taken as the secret of an HMAC.
    signed = f"{_segment({'alg': 'HS256'})}.{_segment(CLAIMS)}"
    digest = hmac.digest(SIGNER.pem.encode(), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


@pytest.mark.parametrize(
    "token",
    [
        lambda: f"{_segment({'alg': 'none'})}.{_segment(CLAIMS)}.",
        _signed_with_the_public_key_as_secret,
        lambda: SIGNER.token(BODY, algorithm="RS512"),
        lambda: SIGNER.token(BODY, algorithm="PS256"),
    ],
    ids=["none", "HS256", "RS512", "PS256"],
)
def test_no_algorithm_but_rs256_is_accepted(token):
    """Whatever the token itself asks for."""
    assert jwt(token()).sentence == "X-Lago-Signature is a JWT of another algorithm than RS256"


@pytest.mark.parametrize(
    "token", ["", "x", "a.b", "a.b.c", "....", "ÿ.ÿ.ÿ", f"{_segment({})}.e30.", f"{_segment([])}.e30.x"]
)
def test_what_is_no_jwt_is_refused(token):
    """Never an exception, whatever it is."""
    assert jwt(token).reason == "bad_signature"


@pytest.mark.parametrize(
    "content", [b"[]", b"no json", b"{}", b'{"data":1,"iss":"https://api.getlago.example"}']
)
def test_a_jwt_without_lagos_claims_is_refused(content):
    token = jws.serialize_compact({"alg": "RS256"}, content, _private(), algorithms=["RS256"])

    assert jwt(token) is not None


def test_half_a_character_is_the_text_of_no_body():
    """A lone surrogate can be written in JSON and has no bytes."""
    content = json.dumps({"data": "\ud800", "iss": ISSUER}).encode()
    token = jws.serialize_compact({"alg": "RS256"}, content, _private(), algorithms=["RS256"])

    assert jwt(token, b"\xed\xa0").reason == "bad_signature"


def _private(signer=SIGNER):
    return RSAKey.import_key(signer.private)


def test_a_public_key_is_read_as_pem_and_as_lagos_api_gives_it():
    """Base64 of the PEM text, broken into lines of sixty."""
    packed = "\n".join(textwrap.wrap(base64.b64encode(SIGNER.pem.encode()).decode(), 60)) + "\n"

    assert public_key(packed).as_dict() == public_key(SIGNER.pem).as_dict()


@pytest.mark.parametrize(
    "text", ["", "nonsense", "ÿ", "-----BEGIN PUBLIC KEY-----", base64.b64encode(b"x").decode()]
)
def test_what_is_no_public_key_is_refused(text):
    with pytest.raises(ValueError, match="is no public key"):
        public_key(text)


@pytest.mark.parametrize(
    "private",
    [
        ec.generate_private_key(ec.SECP256R1()),
        rsa.generate_private_key(public_exponent=65537, key_size=1024),
    ],
    ids=["another kind", "too short"],
)
def test_only_an_rsa_key_of_some_length_will_do(private):
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    with pytest.raises(ValueError, match="is no RSA key of 2048 bits or more"):
        public_key(pem)


OTHERS_KEYS = [
    {"jku": "https://keys.attacker.example/jwks.json"},
    {"x5u": "https://keys.attacker.example/chain.pem"},
    {"jwk": ATTACKER.key.as_dict()},
    {"x5c": ["MIIB"]},
    {"kid": "https://keys.attacker.example/1"},
]


@pytest.fixture
def no_network(monkeypatch):
    """A name resolution or connection fails the test."""

    def forbidden(*_: object, **__: object):
        raise AssertionError("nothing may be fetched")

    for name in ("getaddrinfo", "create_connection"):
        monkeypatch.setattr(socket, name, forbidden)
    monkeypatch.setattr(socket.socket, "connect", forbidden)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("header", OTHERS_KEYS, ids=lambda each: next(iter(each)))
def test_a_key_that_a_token_names_or_brings_along_is_neither_fetched_nor_used(header):
    """Only the key of the configuration counts, or Lago's own: anybody can write a header."""
    token = jws.serialize_compact(
        {"alg": "RS256", **header}, json.dumps(CLAIMS), _private(ATTACKER), algorithms=["RS256"]
    )

    assert jwt(token).reason == "bad_signature"
