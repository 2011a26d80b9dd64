"""What holds keys, books or names of customers is readable by its owner only, with any umask."""

import asyncio
import os
import stat

import pytest

from consumer.commands import plan
from consumer.demo import connections, fixtures
from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.profile import Profile
from tests.support import lago
from tests.support.connection_files import connection


@pytest.fixture(autouse=True)
def no_umask():
    before = os.umask(0)
    yield
    os.umask(before)


def open_to_others(folder):
    return {
        file.name: oct(stat.S_IMODE(file.stat().st_mode))
        for file in folder.rglob("*")
        if file.is_file() and file.stat().st_mode & 0o077
    }


def test_the_books_of_the_sandbox(tmp_path):
    """The journal beside them too."""
    account = Account.open(Profile.load(), tmp_path / "books.sqlite")
    account.books.insert("entity", "customer", {"entityid": "x"}, {})

    assert len(list(tmp_path.iterdir())) > 1
    assert open_to_others(tmp_path) == {}
    account.close()


def test_the_requests_of_a_plan(tmp_path):
    """Also when the file was there."""
    events, requests = tmp_path / "in.json", tmp_path / "out.jsonl"
    events.write_bytes(lago.invoice_event())
    requests.write_text("from before")
    asyncio.run(plan.of_files([events], plan.Wish(connections=(connection(),), requests_file=requests)))

    assert "from before" not in requests.read_text()
    assert set(open_to_others(tmp_path)) == {"in.json"}


def test_what_the_parts_of_a_rehearsal_share(tmp_path):
    """Keys, logins, books and connections.yaml."""
    places = {"webhooks": "http://lago:8082", "emulated_lago": "http://lago-sandbox:8461"}
    fixtures.prepare(tmp_path, sandbox="http://sandbox:8460", **places)

    assert open_to_others(tmp_path) == {}


def test_the_keys_and_connections_of_the_demo(tmp_path, monkeypatch):
    blocks = {"account_id": "1", "restlet_url": "http://127.0.0.1/"}
    oauth2 = {"type": "oauth2", "client_id": "c", "certificate_id": "d", "private_key": "PEM"}
    tba = dict.fromkeys(("client_id", "client_secret", "token_id", "token_secret"), "x") | {"type": "tba"}

    async def credentials(_):
        return blocks | {"oauth2": oauth2, "tba": tba}

    monkeypatch.setattr(connections.http, "get_json", credentials)
    names = (
        "organization_id", "lago_url", "lago_api_key", "hmac_key", "public_key_file", "issuer", "webhook_url",
        "webhook_secret",
    )  # fmt: skip
    file = asyncio.run(connections.write(tmp_path, "http://127.0.0.1", dict.fromkeys(names, "x")))
    connections.fix(file)

    assert open_to_others(tmp_path) == {}
