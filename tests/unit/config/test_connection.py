"""A connection has the values of the file, and their lines in it."""

import pytest
from pydantic import ValidationError

from consumer.config.connection import OAuth2, TokenBased
from tests.support.connection_files import FULL_MAPPING, connection


def test_what_is_not_written_has_its_documented_default():
    """A short file is a whole one."""
    chosen = connection(mapping=None, name=None)

    assert (chosen.concurrency, chosen.credits, chosen.closed_period) == (5, "apply", "hold")
    assert (chosen.customers.create, chosen.customers.entity_id) == ("on_first_document", "external_id")
    assert (chosen.sync.invoices, chosen.sync.sales_orders) == (True, False)
    assert (chosen.start_date, chosen.select.billing_entities) == (None, None)


def test_numbers_are_ids_too():
    """YAML reads 801 as a number."""
    chosen = connection(mapping={"fallback_item": {"id": 801, "account": 4000}, "currencies": {"EUR": 2}})

    assert chosen.mapping.fallback_item is not None
    assert (chosen.mapping.fallback_item.id, chosen.mapping.currencies["EUR"]) == ("801", "2")


def test_the_type_of_authentication_decides_what_it_needs():
    """Two ways, each with its own secrets."""
    keys = {"client_id": "env:A", "certificate_id": "env:B", "private_key": "file:/run/key.pem"}

    assert isinstance(connection(auth={"type": "oauth2"} | keys).auth, OAuth2)
    assert isinstance(connection().auth, TokenBased)
    with pytest.raises(ValidationError, match="token_id"):
        connection(auth={"type": "tba"} | keys)


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "has space"},
        {"environment": "staging"},
        {"concurrency": 0},
        {"credits": "both"},
        {"novelty": 1},
        {"customers": {"novelty": 1}},
        {"mapping": {"fallback_item": {"id": ""}}},
        {"mapping": {"fields": {"invoices": {}}}},
        {"mapping": {"tax": {"mode": "avalara"}}},
    ],
)
def test_what_nobody_documented_is_refused(wrong):
    """A typo must not become a default."""
    with pytest.raises(ValidationError):
        connection(**wrong)


def test_a_rule_knows_the_line_it_stands_at():
    """Or that of its nearest parent, or at least its own name."""
    chosen = connection().with_lines(
        {"mapping": "connections.yaml:10", "mapping.plans.v1.2": "connections.yaml:14", "mapping.plans": ""}
    )

    assert chosen.at("mapping.plans.v1.2") == "connections.yaml:14"
    assert chosen.at("mapping.plans.other") == "connections.yaml:10"
    assert chosen.at("customers.subsidiary") == "customers.subsidiary"
    assert connection().at("mapping.coupon") == "mapping.coupon"


def test_a_billing_entitys_subsidiary_wins_over_the_connections():
    """And the rule that decided is named."""
    rules = {"billing_entities": {"acme-fr": {"subsidiary": "4"}, "acme-it": {}}}
    chosen = connection(mapping=FULL_MAPPING | rules)

    assert chosen.subsidiary_of("acme-fr") == ("4", "mapping.billing_entities.acme-fr.subsidiary")
    assert chosen.subsidiary_of("acme-it") == ("1", "customers.subsidiary")
    assert chosen.subsidiary_of(None) == ("1", "customers.subsidiary")


def test_a_printed_connection_shows_no_literal_secret():
    """Logs and `check` print connections."""
    secrets = dict.fromkeys(("client_id", "client_secret", "token_id", "token_secret"), "l1teral")

    chosen = connection(auth={"type": "tba"} | secrets)

    assert "l1teral" not in f"{chosen!r} {chosen.model_dump_json()}"


def test_a_time_zone_that_does_not_exist_is_refused():
    """A misspelt one would date payments by UTC without notice."""
    with pytest.raises(ValidationError, match="no time zone of that name"):
        connection(time_zone="Europe/Berln")
