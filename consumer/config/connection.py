"""
One NetSuite account and everything that is decided about it: `connections.yaml` as values.

Reading the file, with its line numbers and all errors at once, is `consumer.config.connections_file`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    Field,
    PrivateAttr,
    StringConstraints,
)

from consumer.config import positions
from consumer.config.mapping_rules import MappingRules
from consumer.config.model_part import ModelPart
from consumer.config.secret import Secret
from consumer.config.webhook import Webhook

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)]


def _exists(time_zone: str) -> str:
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("no time zone of that name; write one like Europe/Berlin") from None
    return time_zone


class OAuth2(ModelPart):
    """OAuth 2.0 client credentials with a certificate, NetSuite's way from machine to machine."""

    type: Literal["oauth2"]
    client_id: Secret
    certificate_id: Secret
    private_key: Secret


class TokenBased(ModelPart):
    """Token-based authentication (OAuth 1.0a, HMAC-SHA256); Oracle ends it for new integrations in 2027.1."""

    type: Literal["tba"]
    client_id: Secret
    client_secret: Secret
    token_id: Secret
    token_secret: Secret


class Lago(ModelPart):
    """
    The Lago organisation whose events belong here, its API when lookups are wanted, its webhooks' keys.

    Attributes:
        webhook_hmac_key: for webhooks signed by HMAC; one for an organisation.
        webhook_public_key: for those signed as JWT: PEM, or as Lago's API gives it; else `api_url` is asked.
        webhook_issuer: what such a JWT names as its issuer, Lago's ``LAGO_API_URL``; else `api_url`.
    """

    organization_id: str
    organization_slug: str | None = None
    front_url: str | None = None
    api_url: str | None = None
    api_key: Secret | None = None
    webhook_hmac_key: Secret | None = None
    webhook_public_key: Secret | None = None
    webhook_issuer: str | None = None


class Select(ModelPart):
    """Which of the organisation's events are this connection's; an absent rule lets everything pass."""

    billing_entities: tuple[str, ...] | None = None
    currencies: tuple[str, ...] | None = None
    customer_metadata: dict[str, str] | None = None


class Sync(ModelPart):
    """Which objects are carried at all."""

    customers: bool = True
    invoices: bool = True
    sales_orders: bool = False
    credit_notes: bool = True
    payments: bool = True
    voids: bool = True


class Customers(ModelPart):
    """
    How customers come into being.

    ``on_event``: a customer event creates, a document waits for it. ``on_first_document``: as before, and a
    document whose customer is missing creates it in the same call. ``never``: only what is there is used,
    and what Lago has linked of it kept up to date.

    Attributes:
        entity_id: NetSuite's entity id is Lago's ``external_id``, or NetSuite's own number (``auto``).
        on_entity_id_clash: when another record holds that id: ``reject`` the event, or append a ``suffix``
            that the first eight characters of Lago's id make unique.
    """

    create: Literal["on_event", "on_first_document", "never"] = "on_first_document"
    subsidiary: str | None = None
    entity_id: Literal["external_id", "auto"] = "external_id"
    on_entity_id_clash: Literal["reject", "suffix"] = "reject"


class Connection(ModelPart):
    """
    One NetSuite account with all that is decided about it.

    Attributes:
        credits: a spent credit note is its memo, applied; or a negative ``line``, where no notes are booked:
            beside an open memo the line would count the credit twice.
        code: equals Lago's ``integration_code``; also names the consumer group.
        account_id: as OAuth's realm wants it, ``1234567_SB1``, whichever form stood in the file.
        allow_http: `restlet_url` may be plain HTTP to another machine; for an emulated account only.
        concurrency: the account's cap on calls under way, all workers together.
        start_date: documents issued before it are ignored by the rule ``before_start_date``.
        hold_max_days: with ``closed_period: hold``, for how many days after its event came in a document
            waits for its period to be opened, before it is rejected as ``period_closed``.
        time_zone: IANA name; dates what happens to a customer whose own zone is not known.
    """

    code: Code
    name: str = ""
    account_id: str
    environment: Literal["sandbox", "production"]
    restlet_url: str
    allow_http: bool = False
    auth: Annotated[OAuth2 | TokenBased, Field(discriminator="type")]
    lago: Lago
    select: Select = Select()
    concurrency: Annotated[int, Field(ge=1, le=500)] = 5
    start_date: date | None = None
    sync: Sync = Sync()
    customers: Customers = Customers()
    credits: Literal["apply", "line"] = "apply"
    closed_period: Literal["hold", "next_open_period", "reject"] = "hold"
    hold_max_days: Annotated[int, Field(ge=1, le=366)] = 45
    time_zone: Annotated[str, AfterValidator(_exists)] = "UTC"
    mapping: MappingRules = MappingRules()
    webhooks: tuple[Webhook, ...] = ()

    _at: Callable[[str], str] = PrivateAttr(default_factory=lambda: positions.finder({}))

    def at(self, path: str) -> str:
        """Where a rule stands, ``connections.yaml:34``; the nearest known parent, or the path itself."""
        return self._at(path)

    def with_lines(self, lines: Mapping[str, str]) -> Connection:
        """The same connection, knowing where each of its settings stands in the file."""
        self._at = positions.finder(dict(lines))
        return self

    def subsidiary_of(self, billing_entity: str | None) -> tuple[str | None, str]:
        """The NetSuite subsidiary for a Lago billing entity, and the rule that says so."""
        entity: Any = self.mapping.billing_entities.get(billing_entity or "")
        if entity is not None and entity.subsidiary:
            return entity.subsidiary, f"mapping.billing_entities.{billing_entity}.subsidiary"
        return self.customers.subsidiary, "customers.subsidiary"


def holding(connections: Iterable[Connection]) -> dict[str, int]:
    """For how many days each connection that holds documents of closed periods does so, by code."""
    return {each.code: each.hold_max_days for each in connections if each.closed_period == "hold"}
