"""What the console shows of a connection is no secret."""

from __future__ import annotations

import pytest

from consumer.commands import console
from consumer.config.connection import Connection
from tests.support import connection_files

PLANTED = "planted-s3cret"


def test_no_secret_of_a_connection_is_among_its_facts(monkeypatch):
    """Neither its credentials nor what stands before the host of an address."""
    settings = connection_files.settings()
    connection = Connection.model_validate(settings)
    secrets = {name: PLANTED for name in type(connection.auth).model_fields if name != "type"}
    auth = connection.auth.model_copy(update=secrets)
    api = {"api_url": f"https://user:{PLANTED}@lago.example.com/api", "api_key": PLANTED}
    lago = connection.lago.model_copy(update=api)
    given = connection.model_copy(
        update={
            "auth": auth,
            "lago": lago,
            "restlet_url": f"https://u:{PLANTED}@netsuite.example.com/x?script=1",
        }
    )

    badge = console._badge(given)

    assert PLANTED not in repr(badge)
    assert dict(badge.facts)["Lago's API"] == "https://lago.example.com/api"
    assert dict(badge.facts)["RESTlet"] == "https://netsuite.example.com/x?script=1"


@pytest.mark.parametrize("address", ["not used", "https://a.example.com", "https://a.example.com/x@y"])
def test_other_addresses_stay_as_they_are(address):
    """Also with a sign in their path."""
    assert console._without_login(address) == address
