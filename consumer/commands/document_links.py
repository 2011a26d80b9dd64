"""Links to a failed document: in Lago's user interface, and in NetSuite's."""

from __future__ import annotations

from collections.abc import Mapping

from consumer.config import connections_file
from consumer.config.connection import Connection
from consumer.config.settings import Settings
from consumer.errors import ConfigurationError
from consumer.failures.failure import Failure
from schemas.envelope import REFUND_FAILURE

Connections = Mapping[str, Connection]

_RECORDS_OF = {REFUND_FAILURE: ("refund", "credit_note")}


def connections(settings: Settings) -> Connections:
    """The connections by code; none while their file is missing or wrong: failures are shown all the same."""
    try:
        return {each.code: each for each in connections_file.load(settings.connections_file)}
    except ConfigurationError:
        return {}


def in_lago(failure: Failure, known: Connections) -> str:
    """The invoice in Lago, of other documents the customer; empty without ``lago.front_url``."""
    connection = known.get(failure.connection)
    lago = connection.lago if connection else None
    if lago is None or not lago.front_url or not lago.organization_slug or not failure.customer_id:
        return ""
    customer = f"{lago.front_url.rstrip('/')}/{lago.organization_slug}/customer/{failure.customer_id}"
    return f"{customer}/invoice/{failure.object_id}/overview" if failure.object == "invoice" else customer


def result_keys(failure: Failure) -> tuple[str, ...]:
    """The keys of results that link it to NetSuite: the document, where it is there, else its customer."""
    kinds = _RECORDS_OF.get(failure.object, (failure.object,))
    ids = (*((kind, failure.object_id) for kind in kinds), ("customer", failure.customer_id))
    return tuple(f"{failure.connection}:{kind}:{lago_id}" for kind, lago_id in ids if lago_id)


def in_netsuite(failure: Failure, urls: Mapping[str, str]) -> str:
    """The document in NetSuite, else its customer; empty while neither is there."""
    return next((urls[key] for key in result_keys(failure) if urls.get(key)), "")
