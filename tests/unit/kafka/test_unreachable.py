"""Why no broker takes a connection, in words that say what to mend."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from consumer.kafka import unreachable
from consumer.sandbox.broker import HOST, free_port

NOW = datetime.now(UTC)


def certificate(folder, *, ends: datetime) -> tuple[str, str]:
    """A self-signed one for this machine, with its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=30))
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return str(folder / "cert.pem"), str(folder / "key.pem")


async def test_a_certificate_that_has_ended_is_said_to_have(tmp_path):
    """Not only that the handshake failed."""
    cert, key = certificate(tmp_path, ends=NOW - timedelta(days=1))
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(cert, key)
    trusting = ssl.create_default_context(cafile=cert)
    async with await asyncio.start_server(lambda _, writer: writer.close(), HOST, 0, ssl=serving) as server:
        port = server.sockets[0].getsockname()[1]
        security = {"security_protocol": "SSL", "ssl_context": trusting}
        said = await unreachable.reason(f"localhost:{port}", security)

    assert said == f"localhost:{port} shows a certificate that cannot be trusted: certificate has expired"


async def test_a_name_that_dns_does_not_know_is_said_to_be_unknown():
    """Each address by itself: one of two may be right."""
    port = free_port()

    said = await unreachable.reason(f"kafka.invalid:9092,{HOST}:{port}", {})

    name, address = said.split("; ")
    assert name.startswith("kafka.invalid:9092 is a name that DNS does not know")
    assert address == f"{HOST}:{port} refuses the connection"


async def test_a_broker_that_does_not_answer_is_not_waited_for_for_long(monkeypatch):
    """The command has waited long enough before."""
    monkeypatch.setattr(unreachable, "CONNECT_LIMIT_S", 0.05)
    is_over = asyncio.Event()

    async def silent(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await is_over.wait()
        writer.close()

    async with await asyncio.start_server(silent, HOST, 0) as server:
        port = server.sockets[0].getsockname()[1]
        said = await unreachable.reason(f"{HOST}:{port}", {})
        is_over.set()

    assert said.startswith(f"{HOST}:{port} does not answer")


@pytest.mark.parametrize("count", [1, 3])
async def test_brokers_that_are_all_down_are_not_listed_one_by_one(count):
    """There is nothing to say of each that is not said of all."""
    servers = ",".join(f"{HOST}:{free_port()}" for _ in range(count))

    assert await unreachable.reason(servers, {}) == "no broker takes the connection"
