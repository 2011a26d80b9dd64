"""An address that must not be posted to is refused before anything starts."""

import pytest

from consumer.errors import ConfigurationError
from consumer.relay.endpoint import Target, endpoints
from tests.support.connection_files import connection
from tests.unit.relay.endpoints import endpoint


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://hooks.example.com/", "https"),
        ("ftp://hooks.example.com/", "not an address"),
        ("https:///path", "not an address"),
        ("https://user:pass@hooks.example.com/", "user name"),
        ("https://hooks.example.com:22/", "port 22"),
        ("https://hooks.example.com:99999/", "not an address"),
        ("https://[::1/", "not an address"),
    ],
)
def test_an_address_that_is_not_plain_https_is_refused(url, reason):
    """With the reason in one sentence."""
    with pytest.raises(ValueError, match=reason):
        Target.of(url, allow_http=False)


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("https://hooks.example.com/a?b=c", "hooks.example.com"),
        ("https://hooks.example.com:8443/a?b=c", "hooks.example.com:8443"),
        ("https://[2606:2800:220:1::1]/a?b=c", "[2606:2800:220:1::1]"),
    ],
)
def test_the_target_keeps_host_path_and_query(url, authority):
    """As the receiver expects them."""
    target = Target.of(url, allow_http=False)

    assert (target.authority, target.target) == (authority, "/a?b=c")


def test_any_port_goes_where_http_is_allowed():
    """On a developer's machine."""
    assert Target.of("http://127.0.0.1:9999", allow_http=True).target == "/"


def test_an_endpoint_signs_with_both_secrets_during_a_rotation():
    """The current one first."""
    keys = endpoint(secret="new", secret_previous="old").keys

    assert [key.lago for key in keys.secrets] == [b"new", b"old"]
    assert keys.private is None


def test_an_endpoint_may_have_a_key_that_its_receivers_cannot_sign_with():
    """Beside its secret, which Lago's header needs."""
    assert len(endpoint(signing_key="whsk_" + "A" * 43 + "=").keys) == 2


def test_every_fault_of_every_endpoint_is_told_at_once(monkeypatch):
    """A missing secret, a wrong address and an unknown id in one round."""
    monkeypatch.delenv("NOT_SET", raising=False)
    described = connection(
        webhooks=[
            {"id": "a", "url": "https://u:p@h.example/", "secret": "env:NOT_SET"},
            {"id": "b", "url": "https://h.example/", "secret": "whsec_?", "signing_key": "whsec_k"},
        ]
    )

    with pytest.raises(ConfigurationError) as refused:
        endpoints([described], ["a", "b", "c"])

    told = "\n".join(refused.value.problems)
    assert len(refused.value.problems) == 5
    assert all(word in told for word in ("NOT_SET", "user name", "base64", "whsk_", "c: no such endpoint"))


def test_without_a_choice_every_endpoint_of_every_connection_is_meant():
    """In the order of the file."""
    one = connection(code="x", webhooks=[{"id": "a", "url": "https://h.example/", "secret": "s"}])
    two = connection(code="y", webhooks=[{"id": "b", "url": "https://h.example/", "secret": "s"}])

    assert [each.id for each in endpoints([one, two])] == ["a", "b"]
    assert [each.connection for each in endpoints([one, two], ["b"])] == ["y"]
