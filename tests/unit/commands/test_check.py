"""What some command refuses, `check` refuses before it: addresses, keys and their kinds, without a call."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from consumer.commands import check
from tests.support import connection_files

FILE = "connections.yaml"


def _pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def _rsa(bits):
    return _pem(rsa.generate_private_key(public_exponent=65537, key_size=bits))


@pytest.fixture
def find(tmp_path, monkeypatch):
    """What `check` finds in a file with one connection of these changes; secrets are in the environment."""
    for name in ("CLIENT_ID", "CLIENT_SECRET", "TOKEN_ID", "TOKEN_SECRET"):
        monkeypatch.setenv(f"NETSUITE_{name}", "anything")
    monkeypatch.setenv("LAGO_NETSUITE_CONNECTIONS_FILE", str(tmp_path / FILE))

    def found(secrets=(), **changes):
        for name, value in dict(secrets).items():
            monkeypatch.setenv(name, value)
        (tmp_path / FILE).write_text(
            connection_files.yaml_text(
                connection_files.settings(**({"sync": {"payments": False}} | changes))
            ),
            encoding="utf-8",
        )
        return check.find(())

    return found


def _oauth2():
    return {
        "type": "oauth2",
        "client_id": "env:NETSUITE_CLIENT_ID",
        "certificate_id": "env:NETSUITE_CLIENT_ID",
        "private_key": "env:A_KEY",
    }


def _webhook(**changes):
    given = {"id": "finance", "url": "https://hooks.example.com/lago", "secret": "env:A_SECRET"}
    return [given | changes]


def test_a_complete_configuration_has_nothing_said_against_it(find):
    found = find({"A_SECRET": "whsec_" + base64.b64encode(b"k" * 32).decode()}, webhooks=_webhook())

    assert (found.problems, found.warnings) == ((), ())


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()])
def test_the_curves_that_netsuite_takes_are_taken(find, curve):
    assert find({"A_KEY": _pem(ec.generate_private_key(curve))}, auth=_oauth2()).problems == ()


def test_an_rsa_key_of_3072_bits_is_taken(find):
    assert find({"A_KEY": _rsa(3072)}, auth=_oauth2()).problems == ()


def test_an_rsa_key_of_2048_bits_is_refused_with_what_netsuite_takes(find):
    """Oracle takes no certificate of it, so no login can succeed."""
    [said] = find({"A_KEY": _rsa(2048)}, auth=_oauth2()).problems

    assert said.startswith(f"{FILE}:")
    assert "auth.private_key: is an RSA key of 2048 bits; NetSuite takes RSA of 3072 or 4096 bits" in said


def test_a_curve_that_netsuite_does_not_take_is_refused(find):
    [said] = find({"A_KEY": _pem(ec.generate_private_key(ec.SECP256K1()))}, auth=_oauth2()).problems

    assert "P-256, P-384 or P-521" in said


@pytest.mark.parametrize("key", ["no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"])
def test_what_is_no_key_is_refused_without_being_quoted(find, key):
    """As the worker refuses it at its first login."""
    [said] = find({"A_KEY": key}, auth=_oauth2()).problems

    assert "auth.private_key: not a PEM private key" in said
    assert "AAAA" not in said


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("http://hooks.example.com/lago", "must begin with https://"),
        ("http://127.0.0.1:8099/lago", "must begin with https://"),
        ("https://hooks.example.com:9443/lago", "leads to port 9443"),
    ],
)
def test_a_webhook_address_that_relay_refuses_is_refused(find, url, cause):
    [said] = find({"A_SECRET": "whsec_aaaa"}, webhooks=_webhook(url=url)).problems

    assert cause in said
    assert "url" in said


def test_a_webhook_secret_that_relay_refuses_is_refused(find):
    [said] = find({"A_SECRET": "whsec_!!"}, webhooks=_webhook()).problems

    assert "webhooks.0.secret: is not base64 after whsec_" in said


def test_a_public_key_that_ingest_refuses_is_refused(find):
    lago = {"webhook_public_key": "env:A_KEY", "webhook_issuer": "https://api.getlago.example"}

    [said] = find({"A_KEY": "no key"}, lago=lago).problems

    assert "lago.webhook_public_key" in said


def test_a_secret_that_leads_nowhere_is_said_once(find):
    """Though two checks need it."""
    [said] = find(webhooks=_webhook(secret="env:NOWHERE_AT_ALL")).problems

    assert "NOWHERE_AT_ALL" in said


def test_a_webhook_secret_of_plain_text_is_warned_of(find):
    """Lago's header verifies by it; the reference libraries cannot be given it."""
    found = find({"A_SECRET": "plain text key"}, webhooks=_webhook())

    assert found.problems == ()
    assert ["webhooks.0.secret: is no base64" in said for said in found.warnings] == [True]
    assert "plain text key" not in str(found.warnings)


def test_a_webhook_secret_in_base64_without_its_prefix_needs_no_warning(find):
    """It is signed with both ways, so that either receiver verifies."""
    found = find({"A_SECRET": base64.b64encode(b"k" * 32).decode()}, webhooks=_webhook())

    assert (found.problems, found.warnings) == ((), ())


def test_payments_without_lagos_api_are_warned_of(find):
    """Many payments have no event; without a key nobody would notice that they are missing."""
    [said] = find(sync={"payments": True}).warnings

    assert said.startswith("connections.yaml:")
    assert "payments recorded by hand" in said
    assert said.endswith("set lago.api_url and lago.api_key")


def test_payments_with_lagos_api_need_no_warning(find):
    lago = {"api_url": "https://api.lago.example", "api_key": "env:A_KEY"}

    assert find({"A_KEY": "k"}, sync={"payments": True}, lago=lago).warnings == ()
