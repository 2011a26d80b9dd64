"""The keys of an emulated Lago: of its API, and those that sign its webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from joserfc.jwk import RSAKey

from consumer.config.bounded_file import SECRET_LIMIT_BYTES, read_bytes
from consumer.errors import ConfigurationError
from consumer.sandbox.lago.http import API_KEY
from consumer.sandbox.lago.webhooks import KEY_BITS, Algorithm

HMAC_KEY = "lago-sandbox-hmac-key"
MAX_KEY_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """
    The keys of one organisation.

    Attributes:
        algorithm: of the signatures: ``jwt`` when the private key was given, else ``hmac``.
    """

    api_key: str = field(repr=False)
    hmac_key: str = field(repr=False)
    private_key: RSAKey = field(repr=False)
    algorithm: Algorithm


def keys(api_key: str | None, hmac_key: str | None, jwt_key: Path | None) -> Keys:
    """
    The keys of the options; known ones, and a new private key, for those that are None.

    Raises:
        ConfigurationError: one of them cannot be used; it names all that cannot.
    """
    problems = [
        *_problems_of_text("--api-key", api_key, spare=""),
        *_problems_of_text("--hmac-key", hmac_key, spare=" "),
    ]
    private_key = None
    try:
        private_key = _private_key(jwt_key) if jwt_key else RSAKey.generate_key(KEY_BITS)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        problems.append(f"--jwt-key {jwt_key}: {reason}")
    if problems or private_key is None:
        raise ConfigurationError(problems)
    return Keys(
        api_key=API_KEY if api_key is None else api_key,
        hmac_key=HMAC_KEY if hmac_key is None else hmac_key,
        private_key=private_key,
        algorithm="jwt" if jwt_key else "hmac",
    )


def _problems_of_text(option: str, key: str | None, *, spare: str) -> Iterator[str]:
    """A key travels in a header or in a file: it is visible ASCII, and never part of the message."""
    if key is not None and not 0 < len(key) <= MAX_KEY_CHARS:
        yield f"{option}: the key has 1 to {MAX_KEY_CHARS} characters"
    elif key is not None and not all("!" <= character <= "~" or character in spare for character in key):
        yield f"{option}: the key has letters, digits and signs of ASCII only"


def _private_key(file: Path) -> RSAKey:
    content = read_bytes(file, SECRET_LIMIT_BYTES)
    try:
        key = load_pem_private_key(content, password=None)
    except TypeError:
        raise ValueError("the key is encrypted; decrypt it first") from None
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("it is no private key in PEM") from None
    if not isinstance(key, RSAPrivateKey) or key.key_size < KEY_BITS:
        raise ValueError(f"it is no RSA key of {KEY_BITS} bits or more")
    return RSAKey.import_key(content)
