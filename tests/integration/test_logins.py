"""Every login that Kafka knows, at Apache Kafka itself: what works, and what a wrong setting says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from consumer.config.settings import Settings
from consumer.errors import ConfigurationError, StartupError
from consumer.kafka.cluster import Cluster
from tests.chaos.event_feed import Feed, until
from tests.integration import running_programs
from tests.integration.brokers import apache
from tests.integration.brokers.logins import CLIENT_ID, CLIENT_SECRET, Logins, logins
from tests.integration.worker_under_test import stage
from tests.support.certificates import DAY, Authority

pytestmark = pytest.mark.kafka

INVOICES = 3


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logins]:
    apache.require()
    with logins(tmp_path_factory.mktemp("logins")) as ready:
        yield ready


@pytest.fixture
def netsuite(tmp_path) -> Iterator[running_programs.Sandbox]:
    with running_programs.sandbox(tmp_path) as ready:
        yield ready


def cluster_of(given: dict[str, str]) -> Cluster:
    return Cluster.of(Settings(**given))


async def topics_seen(cluster: Cluster) -> set[str]:
    async with cluster.admin() as admin:
        return set(await admin.list_topics())


async def said_of(given: dict[str, str]) -> str:
    """The sentence with which a command ends."""
    with pytest.raises(StartupError) as ended:
        await topics_seen(cluster_of(given))
    return str(ended.value)


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
async def test_a_user_with_a_password_is_let_in(broker: Logins, mechanism):
    """Under TLS, by each mechanism."""
    assert await topics_seen(cluster_of(broker.by_password(mechanism))) is not None


async def test_a_token_is_asked_for_once_and_lets_every_connection_in(broker: Logins):
    """Id and secret are encoded as RFC 6749 says; the scope is the one of the settings."""
    broker.tokens.forms.clear()
    cluster = cluster_of(broker.by_token())

    for _ in range(3):
        assert await topics_seen(cluster) is not None

    assert broker.tokens.forms == ["grant_type=client_credentials&scope=records"]
    assert cluster.user == CLIENT_ID
    assert CLIENT_SECRET not in repr(cluster)


@pytest.mark.parametrize("password", ["", "opens the key"])
async def test_a_certificate_lets_its_owner_in(broker: Logins, password):
    """Also when its key is encrypted."""
    given = broker.by_certificate(name=f"client{len(password)}", password=password)

    assert await topics_seen(cluster_of(given)) is not None


async def test_a_renewed_certificate_is_used_without_a_restart(broker: Logins):
    """Half a renewal changes nothing, and a certificate of somebody else is refused by the broker."""
    given = broker.by_certificate(name="renewed")
    folder = broker.folder / "renewed"
    cluster = cluster_of(given)
    of_another = Authority(folder=folder).certificate(lasts=DAY)
    (folder / "user.crt").write_bytes(of_another.chain)
    assert await topics_seen(cluster) is not None

    of_another.write_to(folder)
    with pytest.raises(StartupError):
        await topics_seen(cluster)

    broker.authority.certificate(lasts=DAY).write_to(folder)
    assert await topics_seen(cluster) is not None


async def test_a_worker_that_logs_in_by_token_writes_what_it_reads(
    tmp_path, broker: Logins, topic_prefix, netsuite
):
    """As a process, with the secret in a mounted file."""
    secret = tmp_path / "secret"
    secret.write_text(CLIENT_SECRET)
    given = broker.by_token() | {"kafka_oauth_client_secret_file": str(secret)}
    del given["kafka_oauth_client_secret"]
    servers = given.pop("kafka_bootstrap_servers")
    environment = running_programs.environment_of(tmp_path, netsuite, servers, topic_prefix, **given)
    async with stage(broker.by_anybody, topic_prefix) as on_kafka:
        feed = Feed(seed=1, on_kafka=on_kafka)
        await feed.produce(INVOICES)
        with running_programs.worker(tmp_path, environment) as worker:
            await until(feed.all_committed, because=worker.said[-3_000:])

    feed.is_in_the_books(netsuite)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A setting that cannot be right: the login it is changed in, and what is said; empty is not given."""

    login: str
    changed: dict[str, str]
    said: str


WRONG = {
    "password": Wrong(
        login="by_password",
        changed={"kafka_sasl_password": "another"},
        said="refuses the login: see LAGO_NETSUITE_KAFKA_SASL_USERNAME and its password",
    ),
    "mechanism": Wrong(
        login="by_password",
        changed={"kafka_bootstrap_servers": "{TOKEN}", "kafka_security_protocol": "SASL_PLAINTEXT"},
        said="does not take this way to log in: see LAGO_NETSUITE_KAFKA_SASL_MECHANISM",
    ),
    "authority": Wrong(
        login="by_password",
        changed={"kafka_ssl_cafile": ""},
        said="certificate that cannot be trusted: unable to get local issuer certificate: "
        "see LAGO_NETSUITE_KAFKA_SSL_CAFILE",
    ),
    "host name": Wrong(
        login="by_password",
        changed={"kafka_bootstrap_servers": "127.0.0.1:{PASSWORD}"},
        said="IP address mismatch, certificate is not valid for '127.0.0.1'.",
    ),
    "no TLS where it is expected": Wrong(
        login="by_password",
        changed={"kafka_security_protocol": "SASL_PLAINTEXT"},
        said="as where TLS is missing or not expected: see LAGO_NETSUITE_KAFKA_SECURITY_PROTOCOL",
    ),
    "TLS where it is not expected": Wrong(
        login="by_token",
        changed={"kafka_security_protocol": "SASL_SSL"},
        said="as where TLS is missing or not expected: see LAGO_NETSUITE_KAFKA_SECURITY_PROTOCOL",
    ),
    "secret": Wrong(
        login="by_token",
        changed={"kafka_oauth_client_secret": "another"},
        said="cannot be logged in to, since 127.0.0.1 grants no token: invalid_client (HTTP 401); "
        "see LAGO_NETSUITE_KAFKA_OAUTH_TOKEN_URL",
    ),
    "token server": Wrong(
        login="by_token",
        changed={"kafka_oauth_token_url": "http://localhost:1/token"},
        said="since localhost refuses the connection: nothing listens there, or a firewall stands between; "
        "see LAGO_NETSUITE_KAFKA_OAUTH_TOKEN_URL",
    ),
    "certificate": Wrong(
        login="by_certificate",
        changed={"kafka_ssl_certfile": "", "kafka_ssl_keyfile": ""},
        said="(SSLV3_ALERT_BAD_CERTIFICATE): see LAGO_NETSUITE_KAFKA_SSL_CERTFILE",
    ),
}


@pytest.mark.parametrize("name", WRONG)
async def test_a_wrong_setting_is_named_in_one_sentence(broker: Logins, name):
    """With the address, what is wrong, and which setting to look at."""
    wrong = WRONG[name]
    given = getattr(broker, wrong.login)()
    changed = {field: value.format(**broker.places) for field, value in wrong.changed.items()}
    given = {field: value for field, value in (given | changed).items() if value}

    said = await said_of(given)

    assert said.startswith(f"Kafka cannot be reached at {given['kafka_bootstrap_servers']} (")
    assert said.endswith(wrong.said)


async def test_a_token_that_the_broker_does_not_trust_is_one_sentence(broker: Logins, monkeypatch):
    """The broker gives the reason in an answer without error, and waits for another message (RFC 7628)."""
    monkeypatch.setattr(broker.tokens, "is_trusted", False)

    assert (await said_of(broker.by_token())).endswith(
        "since the broker refuses the token (invalid_token); see LAGO_NETSUITE_KAFKA_OAUTH_TOKEN_URL"
    )


def test_a_key_that_its_passphrase_does_not_open_is_named(broker: Logins):
    """Before anything is connected, and without OpenSSL asking on the terminal."""
    given = broker.by_certificate(name="closed", password="opens the key") | {"kafka_ssl_key_password": "no"}

    with pytest.raises(ConfigurationError) as refused:
        cluster_of(given)

    assert str(refused.value).endswith("LAGO_NETSUITE_KAFKA_SSL_KEY_PASSWORD does not open the key")
