"""What stands for what: the `mapping` of a connection as values."""

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
    """A NetSuite item by internal id, and the account that goes with it."""

    id: Annotated[str, StringConstraints(min_length=1)]
    account: str | None = None


class TaxCode(ModelPart):
    """NetSuite's tax type and tax code for one Lago tax."""

    type: str | None = None
    code: str | None = None


class Tax(ModelPart):
    """How Lago's tax is written: SuiteTax details, a legacy override, a line of its own, or not at all."""

    mode: Literal["suitetax", "legacy", "tax_line", "none"] = "suitetax"
    nexus: str | None = None
    type: str | None = None
    code: str | None = None
    item: str | None = None
    taxes: dict[str, TaxCode] = Field(default_factory=dict)


FieldsFor = Literal[
    "customer", "invoice", "invoice_line", "sales_order", "sales_order_line",
    "credit_note", "credit_note_line", "payment",
]  # fmt: skip


class Rules(ModelPart):
    """
    Which NetSuite item, tax and field value stands for what in Lago, at one level.

    Attributes:
        prepaid_credit_granted: for credits that were given away; without it they share the item of those that
            were bought, and lessen a liability that never was.
        products: fees of Lago's product catalogue, by code or by Lago's id.
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
    fields: dict[FieldsFor, dict[str, FieldValue]] = Field(default_factory=dict)


class EntityRules(Rules):
    """What differs for one Lago billing entity."""

    subsidiary: str | None = None


class Payments(ModelPart):
    """Where payments are deposited (else undeposited funds), and NetSuite's method for each of Lago's."""

    account: str | None = None
    methods: dict[str, str] = Field(default_factory=dict)


class MappingRules(Rules):
    """The rules of the whole organisation, and those of its billing entities that differ."""

    payments: Payments = Payments()

    currencies: dict[str, str] = Field(default_factory=dict)
    billing_entities: dict[str, EntityRules] = Field(default_factory=dict)
