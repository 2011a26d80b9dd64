"""What is this machine, and what may be reached without TLS."""

import pytest

from consumer.config.loopback import is_loopback, is_loopback_url, is_tls_or_loopback


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_this_machine_is_known_by_name_and_number(host):
    """Numbers of both versions."""
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "127.example.com", "localhost.example.com", "0.0.0.0", "10.0.0.1"])
def test_what_only_looks_like_it_is_another(host):
    """A name may begin like a number of this machine."""
    assert not is_loopback(host)
    assert not is_loopback_url(f"https://{host}:8443/restlet")


@pytest.mark.parametrize(
    ("url", "is_safe"),
    [
        ("https://id.example.com", True),
        ("http://127.0.0.1:8080", True),
        ("http://[::1]:8080", True),
        ("http://id.example.com", False),
        ("ftp://127.0.0.1", False),
        ("https://", False),
        ("https://[broken", False),
    ],
)
def test_only_this_machine_is_reached_without_tls(url, is_safe):
    """What is no address is not reached at all."""
    assert is_tls_or_loopback(url) is is_safe
