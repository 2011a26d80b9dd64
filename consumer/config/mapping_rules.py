"""The section ``mapping`` of a connection as values: NetSuite's ids for Lago's codes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag

from consumer.config.expression import Expression
from consumer.config.model_part import ModelPart

Constant = str | bool | int


def _kind_of_value(value: Any) -> str:
    return "expression" if isinstance(value, dict | Expression) else "constant"


FieldValue = Annotated[
    Annotated[Constant, Tag("constant")] | Annotated[Expression, Tag("expression")],
    Discriminator(_kind_of_value),
]
"""A constant, or ``{expr: "<CEL>"}`` over ``event``, ``customer`` and, on lines, ``fee``."""


class Item(ModelPart):
    """A NetSuite item by internal id, and its income account."""

    id: Annotated[str, StringConstraints(min_length=1)]
    account: str | None = None


class TaxCode(ModelPart):
    """NetSuite's tax type and tax code for one Lago tax."""

    type: str | None = None
    code: str | None = None


class Tax(ModelPart):
    """
    How Lago's taxes are written to NetSuite.

    Attributes:
        mode: ``suitetax``: tax details of each line; ``legacy``: tax codes with overridden amounts;
            ``tax_line``: a line of its own with `item`; ``none``: no tax is written.
        nexus: internal id of SuiteTax's nexus.
        type: internal id of the tax type for taxes that are not in `taxes`; with its `code`.
        item: internal id of the item of the tax line.
        taxes: tax type and tax code by Lago's tax code.
    """

    mode: Literal["suitetax", "legacy", "tax_line", "none"] = "suitetax"
    nexus: str | None = None
    type: str | None = None
    code: str | None = None
    item: str | None = None
    taxes: dict[str, TaxCode] = Field(default_factory=dict)


FieldsFor = Literal[
    "customer", "invoice", "invoice_line", "sales_order", "sales_order_line",
    "credit_note", "credit_note_line", "payment", "refund",
]  # fmt: skip


class RefundPlace(ModelPart):
    """The bank account from which refunds are paid, and NetSuite's payment method."""

    account: str | None = None
    payment_method: str | None = None


class Refund(RefundPlace):
    """The default for all currencies, and overrides for single ones, since a bank account has a currency."""

    currencies: dict[str, RefundPlace] = Field(default_factory=dict)


class Rules(ModelPart):
    """
    The NetSuite items, taxes and field values at one level: of the organisation or of a billing entity.

    Attributes:
        fallback_item: for fees without an item of their own.
        subscription_fee: for plans that are not in `plans`.
        prepaid_credit_granted: for granted prepaid credits; without it they use the item of purchased
            credits,
            and reduce a liability that no sale created.
        plans: by code or by Lago's id, like the other tables.
        products: fees of Lago's product catalogue.
        fields: field values by record type and field id.
    """

    fallback_item: Item | None = None
    subscription_fee: Item | None = None
    minimum_commitment: Item | None = None
    coupon: Item | None = None
    prepaid_credit: Item | None = None
    prepaid_credit_granted: Item | None = None
    progressive_billing: Item | None = None
    credit_note: Item | None = None
    plans: dict[str, Item] = Field(default_factory=dict)
    billable_metrics: dict[str, Item] = Field(default_factory=dict)
    add_ons: dict[str, Item] = Field(default_factory=dict)
    products: dict[str, Item] = Field(default_factory=dict)
    charge_filters: dict[str, Item] = Field(default_factory=dict)
    tax: Tax | None = None
    refund: Refund | None = None
    fields: dict[FieldsFor, dict[str, FieldValue]] = Field(default_factory=dict)


class EntityRules(Rules):
    """The rules of one Lago billing entity, which take precedence over the organisation's."""

    subsidiary: str | None = None


class Payments(ModelPart):
    """
    How payments are written.

    Attributes:
        account: internal id of the deposit account; without it NetSuite uses Undeposited Funds.
        methods: internal id of NetSuite's payment method by Lago's payment provider code or type.
    """

    account: str | None = None
    methods: dict[str, str] = Field(default_factory=dict)


class MappingRules(Rules):
    """
    The rules of the organisation, and those of its billing entities.

    Attributes:
        currencies: internal id of NetSuite's currency by ISO code.
        billing_entities: by Lago's billing entity code.
    """

    payments: Payments = Payments()

    currencies: dict[str, str] = Field(default_factory=dict)
    billing_entities: dict[str, EntityRules] = Field(default_factory=dict)
