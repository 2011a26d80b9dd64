"""The keys of ``sandbox lago``: known ones by default, and those of the options."""

import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from consumer.commands.sandbox_lago_keys import HMAC_KEY, MAX_KEY_CHARS, keys
from consumer.errors import ConfigurationError
from consumer.sandbox.lago.http import API_KEY
from tests.support.webhooks import SIGNER


def pem(key, encryption=None):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())


def refused(api_key=None, hmac_key=None, jwt_key=None):
    with pytest.raises(ConfigurationError) as caught:
        keys(api_key, hmac_key, jwt_key)
    return caught.value.problems


def test_the_keys_of_the_sandbox_are_known():
    """Webhooks are signed by HMAC then."""
    found = keys(None, None, None)

    assert (found.api_key, found.hmac_key, found.algorithm) == (API_KEY, HMAC_KEY, "hmac")


def test_given_keys_are_used_and_not_shown(tmp_path):
    """A given private key also makes the signatures JWTs."""
    file = tmp_path / "lago.pem"
    file.write_bytes(pem(rsa.generate_private_key(65537, 2048)))

    found = keys("0c8f-api", "a key with spaces", file)

    assert (found.api_key, found.hmac_key, found.algorithm) == ("0c8f-api", "a key with spaces", "jwt")
    assert found.private_key.as_pem(private=True).strip() == file.read_bytes().strip()
    assert re.search("0c8f|spaces|RSA", repr(found)) is None


@pytest.mark.parametrize("key", ["", "two words", "line\nbreak", "clé", "k" * (MAX_KEY_CHARS + 1)])
def test_a_key_that_fits_into_no_header_is_refused_without_being_shown(key):
    """The option is named, and all problems come at once."""
    problems = refused(api_key=key, hmac_key="\t", jwt_key=Path("/nowhere/lago.pem"))

    assert [problem.partition(":")[0].split()[0] for problem in problems] == [
        "--api-key",
        "--hmac-key",
        "--jwt-key",
    ]
    assert not key or key not in problems[0]
    assert problems[2] == "--jwt-key /nowhere/lago.pem: No such file or directory"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is no private key in PEM"),
        (SIGNER.pem.encode(), "it is no private key in PEM"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "it is no RSA key of 2048 bits or more"),
        (pem(rsa.generate_private_key(65537, 1024)), "it is no RSA key of 2048 bits or more"),
        (
            pem(ec.generate_private_key(ec.SECP256R1()), BestAvailableEncryption(b"secret")),
            "the key is encrypted; decrypt it first",
        ),
        (b"x" * 70_000, "it is larger than 64 KiB"),
    ],
    ids=["empty", "public", "elliptic", "short", "encrypted", "large"],
)
def test_a_file_without_a_usable_private_key_is_refused_with_the_reason(tmp_path, content, reason):
    """Nothing of its content is in the message."""
    file = tmp_path / "lago.pem"
    file.write_bytes(content)

    assert refused(jwt_key=file) == (f"--jwt-key {file}: {reason}",)
