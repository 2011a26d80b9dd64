"""The end of a certificate's validity, from the file of its private key."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from consumer.netsuite import credentials
from consumer.netsuite.oauth2 import Signer
from consumer.ops.metrics import Metrics
from tests.support.connection_files import connection

ENDS = date(2027, 3, 1)


def _pems():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lago-netsuite")])
    ends = datetime(ENDS.year, ENDS.month, ENDS.day, 12, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(ends - timedelta(days=365))
        .not_valid_after(ends)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode(), certificate.public_bytes(serialization.Encoding.PEM).decode()


@pytest.fixture
def ends_of(tmp_path):
    """The end of the certificate in a file with this content."""

    def read(content):
        path = tmp_path / "netsuite.pem"
        path.write_text(content)
        auth = {
            "type": "oauth2",
            "client_id": "env:ID",
            "certificate_id": "env:CERTIFICATE",
            "private_key": f"file:{path}",
        }
        return credentials.certificate_ends(connection(auth=auth))

    return read


def test_a_certificate_beside_its_key_tells_when_it_ends(ends_of):
    """In either order, and with newlines as environment variables have them; the key is read all the same."""
    key, certificate = _pems()

    assert ends_of(key + certificate) == ends_of(certificate + key) == ENDS
    assert ends_of((key + certificate).replace("\n", "\\n")) == ENDS
    assert Signer.of_pem(key + certificate).algorithm == Signer.of_pem(certificate + key).algorithm == "ES256"


@pytest.mark.parametrize("content", ["", "no key", None])
def test_a_key_alone_does_not(ends_of, content):
    key, _ = _pems()

    assert ends_of(key if content is None else content) is None


def test_an_access_token_has_no_certificate():
    assert credentials.certificate_ends(connection()) is None


def test_the_metric_shows_when_the_certificate_ends(tmp_path):
    """By connection; without a certificate in the file there is no figure, rather than a wrong one."""
    metrics = Metrics(version="1")
    for code, content in (("known", "".join(_pems())), ("unknown", _pems()[0])):
        (tmp_path / code).write_text(content)
        auth = {"type": "oauth2", "client_id": "env:ID", "certificate_id": "env:CERTIFICATE"}
        given = connection(code=code, auth=auth | {"private_key": f"file:{tmp_path / code}"})
        credentials.show_certificate(given, metrics)

    def end_of(code: str) -> float | None:
        about = {"use": "netsuite", "connection": code}
        return metrics.registry.get_sample_value("lago_netsuite_certificate_end_timestamp_seconds", about)

    ends = datetime(ENDS.year, ENDS.month, ENDS.day, 12, tzinfo=UTC)
    assert (end_of("known"), end_of("unknown")) == (ends.timestamp(), None)
