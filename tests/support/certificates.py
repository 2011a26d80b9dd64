"""TLS certificates for tests: an authority, and valid or expired certificates for this machine."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "localhost"
YEAR = timedelta(days=365)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """
    The certificate of a server or a client.

    Attributes:
        chain: PEM of the certificate.
        key: PEM of its private key.
    """

    chain: bytes
    key: bytes

    def load_into(self, context: ssl.SSLContext, folder: Path) -> None:
        """Use it in `context` from the next connection on."""
        both = folder / "shown.pem"
        both.write_bytes(self.key + self.chain)
        context.load_cert_chain(both)

    def write_to(self, folder: Path) -> None:
        """Under the names of a Strimzi user's Secret."""
        (folder / "user.crt").write_bytes(self.chain)
        (folder / "user.key").write_bytes(self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A certificate authority that signs certificates for this machine."""

    folder: Path
    _key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def file(self) -> Path:
        """Its certificate, as a file."""
        path = self.folder / "authority.pem"
        if not path.exists():
            path.write_bytes(self._signed("authority", self._key.public_key(), YEAR, is_authority=True))
        return path

    def trusted(self) -> ssl.SSLContext:
        """A client that trusts only this authority."""
        return ssl.create_default_context(cafile=self.file)

    def certificate(self, *, lasts: timedelta, password: str = "") -> Certificate:
        """One for `HOST` that ends so long from now or has ended so long ago; the password is its key's."""
        key = ec.generate_private_key(ec.SECP256R1())
        closed_by = (
            serialization.BestAvailableEncryption(password.encode())
            if password
            else serialization.NoEncryption()
        )
        private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, closed_by)
        return Certificate(chain=self._signed(HOST, key.public_key(), lasts, is_authority=False), key=private)

    def _signed(
        self, name: str, public: ec.EllipticCurvePublicKey, lasts: timedelta, *, is_authority: bool
    ) -> bytes:
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(_named("authority"))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - YEAR)
            .not_valid_after(now + lasts)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        return made.public_bytes(serialization.Encoding.PEM)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
