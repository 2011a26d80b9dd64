"""What the parts of a rehearsal share: written once, complete, and with no secret in connections.yaml."""

import json
import stat

import pytest

from consumer.clock import SystemClock
from consumer.config import connections_file
from consumer.demo import fixtures
from consumer.demo.customers import EXISTING_CUSTOMER_ID
from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.oauth2 import Certificates
from consumer.sandbox.netsuite.profile import Profile

SANDBOX, PLAYER, EMULATED = "http://sandbox:8460", "http://lago:8082", "http://lago-sandbox:8461"


@pytest.fixture
def folder(tmp_path):
    assert fixtures.prepare(tmp_path, sandbox=SANDBOX, webhooks=PLAYER, emulated_lago=EMULATED)
    return tmp_path


def test_the_connections_are_valid_and_lead_to_the_sandbox(folder):
    """Every secret that they refer to is there."""
    connections = connections_file.load(folder / fixtures.CONNECTIONS)

    assert all(each.restlet_url.startswith(f"{SANDBOX}/") and each.allow_http for each in connections)
    assert connections[0].webhooks[0].url == f"{PLAYER}/hooks"
    assert [each.lago.api_url for each in connections] == [PLAYER, PLAYER, EMULATED]
    assert (
        connections_file.unresolved_secrets(connections, ("auth", "lago.webhook_hmac_key", "webhooks")) == []
    )


def test_no_secret_stands_in_the_connections_file(folder):
    """They lie beside it, in files that only their owner reads."""
    text = (folder / fixtures.CONNECTIONS).read_text()
    secrets = [
        folder / name
        for name in (fixtures.HMAC_KEY, fixtures.LAGO_KEY, fixtures.WEBHOOK_SECRET, "netsuite.pem")
    ]

    for file in secrets:
        assert file.read_text().strip() not in text
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_sandbox_knows_the_public_half_of_the_login(folder):
    """Its profile makes no key of its own, and the books hold the customer whom Lago links."""
    profile = Profile.load(folder / fixtures.PROFILE)
    account = Account.open(profile, folder / fixtures.BOOKS)
    customers = account.records("customer")
    account.close()

    assert Certificates(profile, SystemClock()).made == {}
    assert profile.features == Profile.load().features
    assert [each["id"] for each in customers] == [EXISTING_CUSTOMER_ID]


def test_a_second_time_nothing_is_touched(folder):
    """Containers start again; keys that others hold already must not change."""
    before = {each.name: each.read_bytes() for each in folder.iterdir()}

    assert not fixtures.prepare(folder, sandbox=SANDBOX, webhooks=PLAYER, emulated_lago=EMULATED)
    assert {each.name: each.read_bytes() for each in folder.iterdir()} == before


def test_what_was_cut_short_is_begun_anew(folder):
    """Without connections.yaml no process has been started yet."""
    (folder / fixtures.CONNECTIONS).unlink()

    assert fixtures.prepare(folder, sandbox=SANDBOX, webhooks=PLAYER, emulated_lago=EMULATED)
    assert json.loads((folder / fixtures.PROFILE).read_text())["extends"] == "default"
