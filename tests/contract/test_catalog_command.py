"""`catalog` and `check --deep` as their user meets them: commands against a sandbox of its own."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from consumer.config.connection import Customers
from consumer.config.mapping_rules import MappingRules
from consumer.sandbox.broker import free_port
from tests.contract.test_sandbox_command import started
from tests.support import command_line
from tests.support.preflight_account import ONE_WORLD

SAMPLE = Path(__file__).parents[1] / "samples" / "invoice.created.json"
TBA = {
    "type": "tba",
    "client_id": "sandbox-consumer-key",
    "client_secret": "sandbox-consumer-secret",
    "token_id": "sandbox-token-id",
    "token_secret": "sandbox-token-secret",
}


@pytest.fixture(scope="module")
def restlet_url():
    with started("--port", "0") as (_, line):
        yield re.search(r"restlet_url: (\S+)", line)[1]


@pytest.fixture
def run(capsys, monkeypatch, tmp_path, restlet_url):
    """Runs the command line on a connections.yaml of its own; gives exit code, output, errors."""

    def write(**changes):
        settings = {
            "code": "netsuite-eu",
            "account_id": "1234567_SB1",
            "environment": "sandbox",
            "restlet_url": restlet_url,
            "auth": TBA,
            "lago": {"organization_id": "org"},
            "customers": {"subsidiary": "1"},
            "mapping": ONE_WORLD,
        } | changes
        (tmp_path / "connections.yaml").write_text(json.dumps({"connections": [settings]}))

    def call(*arguments, **changes):
        write(**changes)
        return command_line.called(capsys, *arguments)

    monkeypatch.setenv("LAGO_NETSUITE_CONNECTIONS_FILE", str(tmp_path / "connections.yaml"))
    monkeypatch.setenv("LAGO_NETSUITE_KAFKA_BOOTSTRAP_SERVERS", f"127.0.0.1:{free_port()}")
    monkeypatch.setenv("COLUMNS", "200")
    return call


def test_a_list_is_printed_as_a_table(run):
    code, out, _ = run("catalog", "items", "--filter", "storage")

    assert code == 0
    assert "items: 1" in out
    assert "103 (4010 Usage Revenue)" in out


def test_a_list_is_printed_as_csv(run):
    code, out, _ = run("catalog", "accounts", "--csv")

    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    assert (rows[0]["id"], rows[0]["name"], rows[0]["number"]) == ("100", "Accounts Receivable", "1100")
    assert {row["inactive"] for row in rows} == {"false"}


def test_a_list_is_printed_as_json(run):
    code, out, _ = run("catalog", "tax-codes", "--json")

    assert code == 0
    assert json.loads(out)[1] == {
        "id": "6", "name": "S-DE", "inactive": False, "rate": "19%", "type": "5", "type_name": "VAT DE",
        "country": "",
    }  # fmt: skip


def test_taxes_are_tax_codes(run):
    assert run("catalog", "taxes", "--csv") == run("catalog", "tax_codes", "--csv")


def test_an_unknown_list_is_a_usage_error_that_names_the_known_ones(run):
    code, _, err = run("catalog", "unicorns")

    assert code == 2
    assert "no such catalog; known: items, accounts," in err


def test_an_account_that_refuses_is_a_failure(run):
    code, out, err = run("catalog", "items", auth=TBA | {"token_secret": "another"})

    assert (code, out) == (1, "")
    assert "INVALID_LOGIN_ATTEMPT" in err


def test_a_mapping_begins_with_what_fits_and_marks_the_gaps(run):
    """It is valid as it stands: the gaps are comments."""
    code, out, _ = run("catalog", "mapping", str(SAMPLE))

    content = YAML(typ="safe").load(out)
    rules = MappingRules.model_validate(content["mapping"])
    Customers.model_validate(content["customers"])
    assert code == 0
    assert rules.coupon.id == "804"
    assert '# GAP subsidiary: "",  # of new customers; one of 1 Hooli Inc., 2 Hooli GmbH' in out
    assert "# GAP fallback_item:" in out


def test_a_deep_check_says_what_is_wrong_and_exits_with_1(run):
    """Kafka is not there, and the mapping names an item that does not exist."""
    code, out, _ = run("check", "--deep", "--json", mapping=ONE_WORLD | {"coupon": {"id": "4711"}})

    found = json.loads(out)["findings"]
    failed = {(one["connection"], one["id"]) for one in found if one["status"] == "fail"}
    assert code == 1
    assert failed == {(None, "kafka"), ("netsuite-eu", "item.4711")}
    item = next(one for one in found if one["id"] == "item.4711")
    assert item["where"] == "connections.yaml:1"


def test_a_deep_check_shows_people_where_to_change_what(run):
    _, out, _ = run("check", "--deep", mapping=ONE_WORLD | {"coupon": {"id": "4711"}})

    assert "NetSuite: Lists > Accounting > Items" in out
    assert "here: connections.yaml:1" in out
    assert "2 to mend." in out


def test_a_configuration_that_is_wrong_is_not_taken_to_netsuite(run):
    """First things first: exit code 2, and nothing is asked."""
    code, out, _ = run("check", "--deep", "--json", auth=TBA | {"token_secret": "env:NO_SUCH_SECRET"})

    told = json.loads(out)
    assert (code, told["findings"]) == (2, [])
    assert "NO_SUCH_SECRET" in told["problems"][0]


def test_no_secret_is_printed(run):
    """Whatever is wrong."""
    secrets = TBA | {"token_secret": "do-not-print-me"}

    printed = run("check", "--deep", auth=secrets) + run("catalog", "items", auth=secrets)

    assert "do-not-print-me" not in "".join(map(str, printed))


def test_more_than_a_thousand_rows_arrive_whole(run, tmp_path):
    """Over HTTP, page after page, each row once and in order."""
    items = [
        {"id": str(10_000 + number), "name": f"ITEM {number}", "account": "4000"} for number in range(2_345)
    ]
    profile = tmp_path / "many.json"
    profile.write_text(json.dumps({"extends": "default", "name": "many", "items": items}))
    with started("--port", "0", "--profile", str(profile)) as (_, line):
        many = re.search(r"restlet_url: (\S+)", line)[1]
        code, out, err = run("catalog", "items", "--csv", restlet_url=many)

    assert (code, err) == (0, "")
    assert [row["id"] for row in csv.DictReader(io.StringIO(out))] == [item["id"] for item in items]
