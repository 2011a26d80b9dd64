"""
The settings of one connection: `connections.yaml` as values.

`consumer.config.connections_file` reads the file, with line numbers, and reports all errors at once.
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
    """OAuth 2.0 client credentials with a certificate, NetSuite's machine-to-machine flow."""

    type: Literal["oauth2"]
    client_id: Secret
    certificate_id: Secret
    private_key: Secret


class TokenBased(ModelPart):
    """Token-based authentication (OAuth 1.0a, HMAC-SHA256); NetSuite 2027.1 ends it for new integrations."""

    type: Literal["tba"]
    client_id: Secret
    client_secret: Secret
    token_id: Secret
    token_secret: Secret


class Lago(ModelPart):
    """
    The Lago organisation of this connection, its API for lookups, and the keys of its webhooks.

    Attributes:
        organization_id: UUID of the organisation; every event contains it.
        organization_slug: part of the addresses in Lago's user interface.
        front_url: origin of Lago's user interface, for links in NetSuite.
        api_url: origin of Lago's API; needs `api_key`.
        api_key: key of Lago's API, for lookups.
        link_back: whether `relay` writes links to NetSuite into Lago's documents; needs `api_key`, which must
            be allowed to write invoices, credit notes and customers.
        webhook_hmac_key: verifies webhooks signed by HMAC; an organisation has one.
        webhook_public_key: verifies webhooks signed as JWT: PEM, or in the form of Lago's API; without it
            the key is read from `api_url`.
        webhook_issuer: the expected issuer of such a JWT, Lago's ``LAGO_API_URL``; default `api_url`.
    """

    organization_id: str
    organization_slug: str | None = None
    front_url: str | None = None
    api_url: str | None = None
    api_key: Secret | None = None
    link_back: bool = False
    webhook_hmac_key: Secret | None = None
    webhook_public_key: Secret | None = None
    webhook_issuer: str | None = None


class Select(ModelPart):
    """
    Which of the organisation's events belong to this connection; an absent rule selects all events.

    Attributes:
        billing_entities: codes of Lago's billing entities.
        currencies: ISO codes.
        customer_metadata: key and value that the customer's metadata in Lago must contain.
    """

    billing_entities: tuple[str, ...] | None = None
    currencies: tuple[str, ...] | None = None
    customer_metadata: dict[str, str] | None = None


class Sync(ModelPart):
    """Which objects are written to NetSuite; events of the others are ignored by a named rule."""

    customers: bool = True
    invoices: bool = True
    sales_orders: bool = False
    credit_notes: bool = True
    payments: bool = True
    voids: bool = True


class Customers(ModelPart):
    """
    How customers are created in NetSuite.

    Attributes:
        create: ``on_event``: only a customer event creates a customer, and documents wait for it.
            ``on_first_document``: a document whose customer is missing also creates it, in the same call.
            ``never``: no customer is created; existing customers that Lago links are updated.
        subsidiary: internal id of the subsidiary of new customers.
        entity_id: the source of NetSuite's entity id: Lago's ``external_id``, or NetSuite's numbering
            (``auto``).
        on_entity_id_clash: when another record has that entity id: ``reject`` the event, or append a
            ``suffix``, the first eight characters of Lago's id.
    """

    create: Literal["on_event", "on_first_document", "never"] = "on_first_document"
    subsidiary: str | None = None
    entity_id: Literal["external_id", "auto"] = "external_id"
    on_entity_id_clash: Literal["reject", "suffix"] = "reject"


class Voids(ModelPart):
    """
    The effects of a void besides the reversal of the invoice.

    Attributes:
        paid: for an invoice that is paid in full: the void is rejected, so that a person decides
            (``reject``), or its payments are unapplied and stay open on the customer (``unapply_and_void``).
            Lago voids it in both cases (lago-api ``Invoices::VoidService``).
        recredit_spent_notes: a void makes the credit notes available again that its invoice had spent, as
            Lago did before August 2025; since then they stay spent.
    """

    paid: Literal["reject", "unapply_and_void"] = "reject"
    recredit_spent_notes: bool = False


class Connection(ModelPart):
    """
    One connection: a NetSuite account and all its settings.

    Attributes:
        code: equals Lago's ``integration_code``; part of the name of the consumer group.
        mode: ``shadow`` maps every event and writes nothing, while another integration still writes; what it
            would write is ignored by the rule ``shadow``.
        account_id: in the form of OAuth's realm, ``1234567_SB1``; the file may have either form.
        environment: must agree with the environment that the RESTlet returns.
        restlet_url: External URL of the script deployment, with ``script`` and ``deploy``.
        allow_http: `restlet_url` and ``lago.api_url`` may be plain HTTP to another machine; for an emulated
            account and its emulated Lago only.
        concurrency: how many calls to the account may be in flight, over all workers together.
        start_date: documents issued before it are ignored by the rule ``before_start_date``.
        credits: for a credit note spent on a later invoice: ``apply`` its credit memo, or write a negative
            ``line``. ``line`` is for accounts without credit memos of credit notes: beside an open memo it
            would count the credit twice.
        refunds: what a credit note pays back is a NetSuite customer refund against its memo
            (``customer_refund``), or a person makes it (``manual``).
        closed_period: a document dated in a closed period is held, posted to the next open period, or
            rejected.
        hold_max_days: for how many days after its event arrived a document waits for people: for its period
            to be opened (``closed_period: hold``), for its invoice to be approved, for a permission that its
            kind lacks; then it is rejected as ``period_closed``, ``pending_approval`` or by NetSuite's code.
        time_zone: IANA name; used for dates of customers whose own time zone is not known.
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
    mode: Literal["live", "shadow"] = "live"
    concurrency: Annotated[int, Field(ge=1, le=500)] = 5
    start_date: date | None = None
    sync: Sync = Sync()
    customers: Customers = Customers()
    credits: Literal["apply", "line"] = "apply"
    voids: Voids = Voids()
    refunds: Literal["manual", "customer_refund"] = "manual"
    closed_period: Literal["hold", "next_open_period", "reject"] = "hold"
    hold_max_days: Annotated[int, Field(ge=1, le=366)] = 45
    time_zone: Annotated[str, AfterValidator(_exists)] = "UTC"
    mapping: MappingRules = MappingRules()
    webhooks: tuple[Webhook, ...] = ()

    _at: Callable[[str], str] = PrivateAttr(default_factory=lambda: positions.finder({}))

    def at(self, path: str) -> str:
        """File and line of a setting, ``connections.yaml:34``, or of its nearest parent, or else the path."""
        return self._at(path)

    @property
    def places(self) -> Callable[[str], str]:
        """`at` of the settings as they are now, for one who asks often."""
        return self._at

    def with_lines(self, lines: Mapping[str, str]) -> Connection:
        """The same connection with `lines`: file and line by the path of each setting."""
        self._at = positions.finder(dict(lines))
        return self

    def subsidiary_of(self, billing_entity: str | None) -> tuple[str | None, str]:
        """The NetSuite subsidiary for a Lago billing entity, and the path of its setting."""
        entity: Any = self.mapping.billing_entities.get(billing_entity or "")
        if entity is not None and entity.subsidiary:
            return entity.subsidiary, f"mapping.billing_entities.{billing_entity}.subsidiary"
        return self.customers.subsidiary, "customers.subsidiary"


def holding(connections: Iterable[Connection]) -> dict[str, int]:
    """`hold_max_days` by connection code, of the connections with ``closed_period: hold``."""
    return {each.code: each.hold_max_days for each in connections if each.closed_period == "hold"}
