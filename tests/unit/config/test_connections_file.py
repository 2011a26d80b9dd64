"""connections.yaml is read whole or not at all, and every mistake is reported with its line."""

from pathlib import Path

import pytest

from consumer.config import connections_file
from consumer.errors import ConfigurationError

RESTLET = "https://1234567-sb1.restlets.api.netsuite.com/app/site/hosting/restlet.nl?script=1&deploy=2"
LOCAL_RESTLET = "http://127.0.0.1:8460/app/site/hosting/restlet.nl?script=1&deploy=2"
RESTLET_INCOMPLETE = (
    "restlet_url: carries no deploy in its query; copy the External URL of the script deployment "
    "(…/restlet.nl?script=…&deploy=…)"
)

GOOD = f"""\
connections:
  - code: netsuite-eu
    account_id: 1234567-sb1
    environment: sandbox
    restlet_url: {RESTLET}
    auth:
      type: oauth2
      client_id: env:CLIENT
      certificate_id: env:CERTIFICATE
      private_key: file:/run/secrets/netsuite.pem
    lago: {{organization_id: org-1}}
    customers: {{subsidiary: 1}}
    mapping:
      fallback_item: {{id: 801, account: 0400}}
      billable_metrics:
        storage_gb: {{id: "811"}}
        api.calls: {{id: "812"}}
    webhooks:
      - {{id: finance, url: https://hooks.example.com, secret: env:HOOK}}
"""


@pytest.fixture
def file(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "connections.yaml"
        path.write_text(text)
        return path

    return write


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def problems(path):
    with pytest.raises(ConfigurationError) as caught:
        connections_file.load(path)
    return caught.value.problems


def second(text: str, *changes: tuple[str, str]) -> str:
    """The connection of `text` once more, changed."""
    entry = text.partition("connections:\n")[2]
    for old, new in changes:
        assert old in entry
        entry = entry.replace(old, new)
    return entry


def test_a_good_file_gives_its_connections(file):
    """Ids may be written as numbers, and a number that begins with 0 keeps it."""
    (connection,) = connections_file.load(file(GOOD))

    assert connection.code == "netsuite-eu"
    assert connection.customers.subsidiary == "1"
    assert connection.mapping.fallback_item.id == "801"
    assert connection.mapping.fallback_item.account == "0400"
    assert connection.webhooks[0].id == "finance"


@pytest.mark.parametrize("written", ["1234567-sb1", "1234567_SB1", "1234567-SB1", '"1234567_sb1"'])
def test_an_account_id_may_be_written_in_either_form(file, written):
    """OAuth's realm wants capitals and an underscore, host names the opposite; people copy both."""
    (connection,) = connections_file.load(file(changed("account_id: 1234567-sb1", f"account_id: {written}")))

    assert connection.account_id == "1234567_SB1"


@pytest.mark.parametrize(
    ("setting", "place"),
    [
        ("mapping.billable_metrics.storage_gb", "connections.yaml:16"),
        ("mapping.billable_metrics.api.calls", "connections.yaml:17"),
        ("mapping.fallback_item", "connections.yaml:14"),
        ("customers.subsidiary", "connections.yaml:12"),
        ("webhooks.0.url", "connections.yaml:19"),
        ("mapping.billable_metrics.unknown", "connections.yaml:15"),
        ("credits", "credits"),
    ],
)
def test_a_connection_knows_where_each_of_its_settings_stands(file, setting, place):
    """So that whatever explains a decision can point at the line; the nearest line when there is none."""
    (connection,) = connections_file.load(file(GOOD))

    assert connection.at(setting) == place


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        (
            "account_id: 1234567-sb1",
            "acount_id: 1234567-sb1",
            3,
            "acount_id: is not a known key, did you mean 'account_id'?",
        ),
        (
            "environment: sandbox",
            "environment: sandbx",
            4,
            "environment: 'sandbx' is not allowed, one of 'sandbox' or 'production'",
        ),
        (
            "lago: {organization_id: org-1}",
            "lago: {}",
            11,
            "lago.organization_id: is required and missing",
        ),
        (
            "certificate_id: env:CERTIFICATE",
            "certificate: env:CERTIFICATE",
            9,
            "auth.certificate: is not a known key, did you mean 'certificate_id'?",
        ),
        (
            "type: oauth2",
            "type: oauth3",
            6,
            "auth: type 'oauth3' is not known, one of 'oauth2', 'tba'",
        ),
        (
            "customers: {subsidiary: 1}",
            "customers: {subsidiry: 1}",
            12,
            "customers.subsidiry: is not a known key, did you mean 'subsidiary'?",
        ),
        (
            "storage_gb: {id",
            "storage_gb: {item",
            16,
            "mapping.billable_metrics.storage_gb.item: is not a known key; known here: account, id",
        ),
        (
            "customers: {subsidiary: 1}",
            "concurrency: 0",
            12,
            "concurrency: 0 must be 1 or more",
        ),
        (
            "customers: {subsidiary: 1}",
            "start_date: 2026-13-01",
            12,
            "start_date: '2026-13-01' is not a date like 2026-01-31",
        ),
        (
            "customers: {subsidiary: 1}",
            "sync: [customers]",
            12,
            "sync: a list is not a mapping of keys to values",
        ),
        (
            "customers: {subsidiary: 1}",
            "mapping_: {}",
            12,
            "mapping_: is not a known key, did you mean 'mapping'?",
        ),
        (
            "fallback_item: {id: 801, account: 0400}",
            "fields: {invoice: {location: [3]}}",
            14,
            "mapping.fields.invoice.location: a list is not text",
        ),
        (
            "fallback_item: {id: 801, account: 0400}",
            "tax: {mode: suitetx}",
            14,
            "mapping.tax.mode: 'suitetx' is not allowed, one of 'suitetax', 'legacy', 'tax_line' or 'none'",
        ),
        (
            "account_id: 1234567-sb1",
            "account_id: my account",
            3,
            "account_id: 'my account' is not a NetSuite account id such as 1234567 or 1234567_SB1",
        ),
        (
            "1234567-sb1.restlets",
            "7654321.restlets",
            5,
            "restlet_url: leads to account 7654321, but account_id is 1234567_SB1",
        ),
        (
            RESTLET,
            "http://erp.example.com/restlet.nl?script=1&deploy=2",
            5,
            "restlet_url: must begin with https:// (http:// is allowed to this machine only)",
        ),
        (
            RESTLET,
            "http://127.evil.example/restlet.nl?script=1&deploy=2",
            5,
            "restlet_url: must begin with https:// (http:// is allowed to this machine only)",
        ),
        (
            RESTLET,
            "restlet.nl?script=1&deploy=2",
            5,
            "restlet_url: is not an address like https://host/path",
        ),
        (
            "&deploy=2",
            "",
            5,
            RESTLET_INCOMPLETE,
        ),
        (
            "url: https://hooks",
            "url: http://hooks",
            19,
            "webhooks[0].url: must begin with https:// (http:// is allowed to this machine only)",
        ),
        (
            "lago: {organization_id: org-1}",
            "lago: {organization_id: org-1, api_url: https://api.getlago.com}",
            11,
            "lago.api_url: is of no use without api_key beside it",
        ),
        (
            "client_id: env:CLIENT",
            "client_id: 'env:'",
            8,
            "auth.client_id: names nothing after env:",
        ),
    ],
)
def test_a_mistake_is_said_with_its_line_and_what_is_expected(file, old, new, line, said):
    """The message suffices to fix it."""
    assert f"connections.yaml:{line}: connections[0].{said}" in problems(file(changed(old, new)))


def test_every_mistake_of_the_file_is_named_at_once_in_the_order_of_lines(file):
    """Broken rules are found beside misspelt keys, in one round."""
    text = changed("environment: sandbox", "environment: sandbx").replace(
        "secret: env:HOOK", "secret: hunter2"
    )
    text = text.replace("code: netsuite-eu", "code: netsuite eu").replace("&deploy=2", "")

    found = problems(file(text))

    assert [int(one.split(":")[1]) for one in found] == [2, 4, 5, 19]


def test_a_key_that_stands_twice_is_refused_with_both_lines(file):
    """YAML itself would silently take one of them."""
    text = changed("    lago:", "    code: other\n    name: a\n    name: b\n    lago:")

    assert problems(file(text)) == (
        "connections.yaml:11: connections[0].code: stands here a second time, first in line 2; keep one",
        "connections.yaml:13: connections[0].name: stands here a second time, first in line 12; keep one",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "connections: [",
            "connections.yaml:1: is not YAML: expected the node content, but found '<stream end>'",
        ),
        (
            "\tconnections: []",
            "connections.yaml:1: is not YAML: found character '\\t' that cannot start any token",
        ),
        ("", "connections.yaml:1: is empty, expected the key connections"),
        ("- code: a", "connections.yaml:1: is not a mapping, expected the key connections"),
        ("connections: []", "connections.yaml:1: connections: names no connection"),
        (
            "kconnections: []",
            "connections.yaml:1: kconnections: is not a known key, did you mean 'connections'?",
        ),
        ("connections: [7]", "connections.yaml:1: connections[0]: 7 is not a mapping of keys to values"),
        ("connections: &a\n  - *a", "connections[0]: contains itself through an alias"),
    ],
)
def test_a_file_that_is_no_list_of_connections_is_refused(file, text, said):
    """Whatever the file holds, the answer is a sentence."""
    assert any(said in one for one in problems(file(text)))


def test_a_file_that_is_not_there_is_named_with_the_setting_that_names_it(tmp_path):
    """A usual fault of a first run."""
    path = tmp_path / "connections.yaml"

    assert problems(path) == (f"there is no file {path}; name it with LAGO_NETSUITE_CONNECTIONS_FILE",)


def test_anchors_and_merge_keys_share_settings(file):
    """Large files repeat themselves; the own key wins over the merged one."""
    text = changed(
        "    mapping:\n",
        "    mapping:\n      plans:\n        a: &a {id: 1, account: 2}\n        b: {<<: *a, id: 3}\n",
    )

    (connection,) = connections_file.load(file(text))

    assert (connection.mapping.plans["b"].id, connection.mapping.plans["b"].account) == ("3", "2")


class TestSecrets:
    """Secrets are references; a literal is for the sandbox on this machine."""

    @pytest.mark.parametrize(
        ("environment", "restlet_url"),
        [("production", RESTLET), ("sandbox", RESTLET), ("production", LOCAL_RESTLET)],
    )
    def test_a_literal_is_refused_and_not_repeated(self, file, environment, restlet_url):
        """The message says how to write it, and does not carry the secret into a terminal or a ticket."""
        text = changed("client_id: env:CLIENT", "client_id: hunter2").replace(RESTLET, restlet_url)

        (found,) = problems(file(text.replace("environment: sandbox", f"environment: {environment}")))

        assert found.startswith("connections.yaml:8: connections[0].auth.client_id: a secret must not stand")
        assert "env:NETSUITE_EU_CLIENT_ID" in found
        assert "file:/run/secrets/netsuite_eu_client_id" in found
        assert "hunter2" not in found

    def test_a_literal_of_a_webhook_is_refused_too(self, file):
        """With it anyone can forge the relay's webhooks."""
        (found,) = problems(file(changed("secret: env:HOOK", "secret: hunter2")))

        assert found.startswith(
            "connections.yaml:19: connections[0].webhooks[0].secret: a secret must not stand"
        )

    @pytest.mark.parametrize("host", ["127.0.0.1:8460", "localhost:8460", "[::1]:8460"])
    def test_a_literal_is_accepted_for_a_sandbox_on_this_machine(self, file, host):
        """There is nothing to protect, and the first run should need no preparation."""
        text = changed("client_id: env:CLIENT", "client_id: 98765")
        text = text.replace(RESTLET, LOCAL_RESTLET.replace("127.0.0.1:8460", host))

        (connection,) = connections_file.load(file(text))

        assert connection.auth.client_id.reveal() == "98765"
        assert "98765" not in str(connection)

    def test_a_secret_of_the_wrong_shape_is_not_repeated(self, file):
        """Also a malformed secret may be a real one."""
        (found,) = problems(file(changed("client_id: env:CLIENT", "client_id: [hunter2]")))

        assert (
            found
            == "connections.yaml:8: connections[0].auth.client_id: is not text like env:NAME or file:/path"
        )

    def test_loading_reads_no_secret(self, file, monkeypatch):
        """A preview on a laptop needs none of them."""
        monkeypatch.delenv("CLIENT", raising=False)

        assert connections_file.load(file(GOOD))

    def test_all_secrets_that_lead_nowhere_are_named_at_once(self, file, monkeypatch):
        """With the line of the reference, and of the asked-for parts only."""
        for name in ("CLIENT", "HOOK"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("CERTIFICATE", "abc")
        connections = connections_file.load(file(GOOD))

        missing = connections_file.unresolved_secrets(connections)

        assert [
            one.replace("connections.yaml:", "").replace("connection netsuite-eu: ", "") for one in missing
        ] == [
            "8: auth.client_id: environment variable CLIENT is not set",
            "10: auth.private_key: file /run/secrets/netsuite.pem is missing or empty",
            "19: webhooks.0.secret: environment variable HOOK is not set",
        ]
        assert connections_file.unresolved_secrets(connections, ("auth",)) == missing[:2]


class TestSeveralConnections:
    """Connections live side by side without taking each other's names or payments."""

    OTHER = (
        ("code: netsuite-eu", "code: netsuite-us"),
        ("organization_id: org-1", "organization_id: org-2"),
        ("id: finance", "id: finance-us"),
    )

    def test_connections_of_different_organisations_need_nothing_more(self, file):
        """They come in the order of the file."""
        loaded = connections_file.load(file(GOOD + second(GOOD, *self.OTHER)))

        assert [connection.code for connection in loaded] == ["netsuite-eu", "netsuite-us"]
        assert loaded[1].at("code") == "connections.yaml:20"

    def test_a_code_that_is_taken_is_refused(self, file):
        """The code names the consumer group and the events' integration_code."""
        text = GOOD + second(GOOD, *self.OTHER[1:])

        (found,) = problems(file(text))
        assert found.startswith(
            "connections.yaml:20: connections[1].code: 'netsuite-eu' is taken by connections[0]"
        )

    def test_an_endpoint_id_that_is_taken_is_refused(self, file):
        """The id keys what could not be delivered to the endpoint."""
        text = GOOD + second(GOOD, *self.OTHER[:2])

        (found,) = problems(file(text))
        assert found.startswith("connections.yaml:37: connections[1].webhooks[0].id: 'finance' is taken by")

    def test_payments_of_one_organisation_at_two_connections_need_lagos_api(self, file):
        """A payment names neither billing entity nor customer object; only Lago knows whose it is."""
        text = GOOD + second(GOOD, self.OTHER[0], self.OTHER[2])

        found = problems(file(text))

        assert [one.split(": ")[1] for one in found] == ["connections[0].lago", "connections[1].lago"]
        assert "give each api_url and api_key, or set sync.payments: false" in found[0]

    def test_with_lagos_api_or_without_payments_they_are_accepted(self, file):
        """One carries payments, the other asks nobody."""
        other = second(GOOD, self.OTHER[0], self.OTHER[2]) + "    sync: {payments: no}\n"

        assert len(connections_file.load(file(GOOD + other))) == 2

    def test_chosen_keeps_the_order_of_the_file(self, file):
        """The first connection of the file reports what nobody else can, also when it is chosen last."""
        loaded = connections_file.load(file(GOOD + second(GOOD, *self.OTHER)))

        assert connections_file.chosen(loaded, []) == loaded
        assert connections_file.chosen(loaded, ["netsuite-us", "netsuite-eu"]) == loaded
        assert connections_file.chosen(loaded, ["netsuite-us"]) == loaded[1:]

    def test_a_code_that_is_not_in_the_file_is_refused_with_those_that_are(self, file):
        """A typing error must not start a worker that does nothing."""
        loaded = connections_file.load(file(GOOD + second(GOOD, *self.OTHER)))

        with pytest.raises(ConfigurationError) as caught:
            connections_file.chosen(loaded, ["netsuite-uss"])

        (found,) = caught.value.problems
        assert found.startswith("--connection netsuite-uss: no such connection, did you mean 'netsuite-us'?")
        assert found.endswith("known: netsuite-eu, netsuite-us")


CREDIT_LIMIT = 'fields: {customer: {custentity_region: "EU", creditlimit: "5000"}}'


@pytest.mark.parametrize(
    ("added", "place"),
    [
        (CREDIT_LIMIT, "mapping.fields.customer.creditlimit"),
        (
            f"billing_entities: {{acme-fr: {{{CREDIT_LIMIT}}}}}",
            "mapping.billing_entities.acme-fr.fields.customer.creditlimit",
        ),
    ],
)
def test_a_customer_field_that_the_script_refuses_is_refused_when_the_file_is_read(file, added, place):
    """Not at the first customer, and again at each of the others; custom fields are free."""
    found = problems(file(changed("    mapping:\n", f"    mapping:\n      {added}\n")))

    assert len(found) == 1
    assert found[0].startswith(f"connections.yaml:14: connections[0].{place}: is set on no customer by the")
    assert "custentity_" in found[0]
    assert " terms" in found[0]
