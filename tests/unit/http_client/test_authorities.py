"""Certificate authorities are read once for all clients of a process."""

import os
from pathlib import Path

import certifi
import httpx
import pytest

from consumer.http_client import authorities


@pytest.fixture
def reads(monkeypatch):
    """How often authorities were read, one entry each."""
    counted, real = [], httpx.create_ssl_context

    def read(**options):
        counted.append(options)
        return real(**options)

    monkeypatch.setattr(httpx, "create_ssl_context", read)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    authorities._read.cache_clear()
    yield counted
    authorities._read.cache_clear()


def test_all_clients_share_what_is_read_once(reads):
    """A worker of two connections makes six clients."""
    assert authorities.trusted() is authorities.trusted()
    assert len(reads) == 1


def test_a_client_that_ignores_the_environment_has_its_own(reads, monkeypatch):
    """The authority of a proxy is not trusted on this machine."""
    monkeypatch.setenv("SSL_CERT_FILE", certifi.where())
    assert authorities.trusted(trust_env=True) is not authorities.trusted(trust_env=False)
    assert [each["trust_env"] for each in reads] == [True, False]


def test_a_file_that_has_changed_is_read_again(reads, monkeypatch, tmp_path):
    """A console that runs for months makes clients after its authority was renewed."""
    file = tmp_path / "authorities.pem"
    file.write_bytes(Path(certifi.where()).read_bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    before = authorities.trusted()
    os.utime(file, ns=(1, 1))
    assert authorities.trusted() is not before
    assert len(reads) == 2
