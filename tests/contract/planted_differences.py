"""Books that agree, and every kind of difference that Lago, people and other programs can plant in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from consumer.sandbox.lago import billing, crediting, settlement
from consumer.sandbox.lago.notation import Json
from tests.contract.compared_world import Call, ComparedWorld
from tests.support.lago_to_netsuite import MAPPING
from tests.support.restlet import NetSuite

USAGE = {"kind": "charge", "code": "api_calls", "units": "1", "unit_price": "100", "tax_rate": 19}
INVOICES = (
    "tax", "date", "number", "voided", "not_voided", "not_approved", "duplicated", "paid_without_payment",
    "not_applied", "edited", "deleted", "paid_in_netsuite", "subsidiary",
)  # fmt: skip
NOTES = {"total": "refund", "refund_missing": "refund", "open_balance": "credit"}
GHOST = "00000000-0000-4000-8000-0000000000ff"
BY_JANE = "by Jane Doe at 2026-08-01T06:0"
_SET = (
    "const put = (to, values) => Object.keys(values).forEach("
    "(fieldId) => to.setValue({fieldId, value: values[fieldId]}));"
)


@dataclass(slots=True)
class Books:
    """A world whose documents have the names of what will be planted in them."""

    world: ComparedWorld
    documents: dict[str, Json]
    call: Call | None = None

    def copied(self, state: Path) -> Books:
        world = self.world.copied(state)
        of_lago = {**world.lago.invoices, **world.lago.credit_notes}
        return Books(world, {name: of_lago[each["lago_id"]] for name, each in self.documents.items()})

    def external_id(self, name: str) -> str:
        prefix = "lago-cn-" if name in NOTES else "lago-inv-"
        return f"{prefix}{self.documents[name]['lago_id']}"

    def internal_id(self, name: str) -> str:
        kind = "creditmemo" if name in NOTES else "invoice"
        [found] = [one for one in self.world.records(kind) if one.get("externalid") == self.external_id(name)]
        return str(found["id"])

    def customer_in_netsuite(self, external_id: str) -> str:
        lago_id = self.world.lago.customer_of(external_id)["lago_id"]
        [found] = [one for one in self.world.records("customer") if one["custentity_lago_id"] == lago_id]
        return str(found["id"])

    def script(self, body: str) -> Any:
        """What another program of the account does."""
        netsuite = NetSuite.__new__(NetSuite)
        netsuite.account = self.world.account
        answer = netsuite.run(body)
        assert str(answer).isdigit(), answer
        return answer

    def tax_more(self, name: str, *, amount: int = 1, net: int = 100) -> None:
        """Part of what was net of an invoice is tax now, and nobody knows who wrote it."""
        self.world.forget_result(self.documents[name]["lago_id"])
        tax = net * 19 // 100
        self.script(
            f"const found = record.load({{type: 'invoice', id: {self.internal_id(name)}}});"
            "const put = (sublistId, fieldId, value) => "
            "found.setSublistValue({sublistId, fieldId, line: 0, value});"
            f"put('item', 'rate', {net - amount}); put('item', 'amount', {net - amount});"
            f"put('taxdetails', 'taxamount', {tax + amount}); return found.save();"
        )

    def lost(self, name: str, **changes: Any) -> Json:
        """An invoice whose webhook does not arrive."""
        self.documents[name] = billing.bill(self.world.lago, "acme", [USAGE], **changes)
        self.world.lose_webhooks()
        return self.documents[name]

    def entered(
        self, invoice: Json, customer: str, *, currency: str = "2", lago_id: str = "", is_marked: bool = True
    ) -> None:
        """An invoice of 100.00 and no tax that somebody else writes, with Lago's id if it is marked."""
        values = {
            "entity": customer, "currency": currency, "tranid": invoice["number"], "taxdetailsoverride": True,
            **({"custbody_lago_id": lago_id or invoice["lago_id"]} if is_marked else {}),
        }  # fmt: skip
        line = {"item": "801", "quantity": 1, "rate": 100, "amount": 100}
        self.script(
            f"{_SET} const made = record.create({{type: 'invoice', isDynamic: true}});"
            f"put(made, {json.dumps(values)});"
            "made.setValue({fieldId: 'trandate', value: new Date(2026, 7, 1)});"
            "made.selectNewLine({sublistId: 'item'});"
            f"const line = {json.dumps(line)};"
            "Object.keys(line).forEach((fieldId) => made.setCurrentSublistValue("
            "{sublistId: 'item', fieldId, value: line[fieldId]}));"
            "made.commitLine({sublistId: 'item'}); return made.save();"
        )


async def books(state: Path) -> Books:
    """Books that agree, with a document for each difference."""
    world = ComparedWorld(state)
    lago, documents = world.lago, {}
    for external_id in ("acme", "other", *NOTES):
        lago.upsert_customer(external_id, currency="EUR", name=external_id)
    for name in INVOICES:
        changes = {"billing_entity_code": "acme-de"} if name == "subsidiary" else {}
        documents[name] = billing.bill(lago, "acme", [USAGE], **changes)
    billing.bill(lago, "other", [USAGE])
    billing.bill(lago, "acme", [USAGE], currency="USD")
    for name, to in NOTES.items():
        invoice = billing.bill(lago, name, [USAGE])
        settlement.pay(lago, [invoice["lago_id"]], how="settled_later")
        documents[name] = crediting.credit(lago, invoice["lago_id"], share=Decimal("0.5"), to=to)
    carried = await world.carry()
    assert carried.rejections == []
    return Books(world, documents)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """
    A difference as it is planted and as it must be reported.

    Attributes:
        plant: makes it, in the document of its name.
        lago, netsuite: what both sides say.
        cause: a part of the cause.
    """

    plant: Callable[[Books], Any]
    lago: str = ""
    netsuite: str = ""
    cause: str
    act: str


def _missing(made: Books) -> None:
    made.lost("missing")


def _extra(made: Books) -> None:
    made.entered({"number": "INV-GHOST"}, made.customer_in_netsuite("acme"), lago_id=GHOST)


def _total(made: Books) -> None:
    made.world.forget_result(made.documents["total"]["lago_id"])
    made.world.by_hand("edit", "creditmemo", made.external_id("total"), lines={0: {"rate": 40, "amount": 40}})


def _tax(made: Books) -> None:
    made.tax_more("tax")


def _date(made: Books) -> None:
    made.world.forget_result(made.documents["date"]["lago_id"])
    made.world.by_hand("edit", "invoice", made.external_id("date"), fields={"trandate": "2026-08-07"})


def _currency(made: Books) -> None:
    made.entered(made.lost("currency"), made.customer_in_netsuite("acme"), currency="1")


def _customer(made: Books) -> None:
    untaxed = [USAGE | {"tax_rate": 0}]
    invoice = billing.bill(made.world.lago, "acme", untaxed)
    made.world.lose_webhooks()
    made.documents["customer"] = invoice
    made.entered(invoice, made.customer_in_netsuite("other"))


def _subsidiary(made: Books) -> None:
    entities = MAPPING["billing_entities"] | {"acme-de": {"subsidiary": "4"}}
    made.world.change(mapping=MAPPING | {"billing_entities": entities})


def _number(made: Books) -> None:
    made.world.forget_result(made.documents["number"]["lago_id"])
    made.world.by_hand("edit", "invoice", made.external_id("number"), fields={"tranid": "INV-100"})


def _open_balance(made: Books) -> None:
    memo = made.internal_id("open_balance")
    made.script(
        "const made = record.create({type: 'customerrefund', isDynamic: true, "
        f"defaultValues: {{entity: '{made.customer_in_netsuite('open_balance')}'}}}});"
        f"{_SET} put(made, {{account: '110', paymentmethod: '5'}});"
        "const line = made.findSublistLineWithValue("
        f"{{sublistId: 'apply', fieldId: 'doc', value: '{memo}'}});"
        "made.selectLine({sublistId: 'apply', line});"
        "made.setCurrentSublistValue({sublistId: 'apply', fieldId: 'apply', value: true});"
        "made.commitLine({sublistId: 'apply'}); return made.save();"
    )


def _voided(made: Books) -> None:
    made.world.by_hand("void", "invoice", made.external_id("voided"))


def _not_voided(made: Books) -> None:
    billing.void(made.world.lago, made.documents["not_voided"]["lago_id"])
    made.world.lose_webhooks()


def _not_approved(made: Books) -> None:
    fields = {"approvalstatus": "1"}
    made.world.by_hand("edit", "invoice", made.external_id("not_approved"), fields=fields)


def _duplicated(made: Books) -> None:
    made.entered(made.documents["duplicated"], made.customer_in_netsuite("acme"))


def _paid_without_payment(made: Books) -> None:
    billing.mark_as_paid(made.world.lago, made.documents["paid_without_payment"]["lago_id"])
    made.world.lose_webhooks()


async def _not_applied(made: Books) -> None:
    """Somebody else's payment without a mark was first."""
    made.script(
        "const made = record.transform({fromType: 'invoice', toType: 'customerpayment', isDynamic: true, "
        f"fromId: {made.internal_id('not_applied')}}});"
        "made.setValue({fieldId: 'custbody_lago_id', value: ''}); return made.save();"
    )
    settlement.pay(made.world.lago, [made.documents["not_applied"]["lago_id"]], how="settled_later")
    carried = await made.world.carry()
    assert carried.rejections == []


def _refund_missing(made: Books) -> None:
    crediting.refund_succeeded(made.world.lago, made.documents["refund_missing"]["lago_id"])
    made.world.lose_webhooks()


def _customer_missing(made: Books) -> None:
    made.world.lago.upsert_customer("newcomer", currency="EUR", name="Newcomer")
    made.world.lose_webhooks()


def _edited(made: Books) -> None:
    made.world.by_hand("edit", "invoice", made.external_id("edited"), fields={"trandate": "2026-08-06"})


def _deleted(made: Books) -> None:
    made.world.by_hand("delete", "invoice", made.external_id("deleted"))


def _paid_in_netsuite(made: Books) -> None:
    made.world.by_hand("pay", "invoice", made.external_id("paid_in_netsuite"), amount="19.00")


PLANTED: dict[str, Planted] = {
    "missing": Planted(
        plant=_missing, lago="119.00 EUR", cause="webhook did not arrive", act="--repair --go"
    ),
    "extra": Planted(plant=_extra, netsuite="100.00", cause="deleted in Lago", act="delete or void it"),
    "total": Planted(
        plant=_total, lago="59.50", netsuite="49.50", cause="a script or workflow there changes it",
        act="correct NetSuite's by hand",
    ),
    "tax": Planted(
        plant=_tax, lago="19.00", netsuite="20.00", cause="a tax engine in NetSuite", act="check mapping.tax"
    ),
    "date": Planted(
        plant=_date, lago="2026-08-01", netsuite="2026-08-07", cause="re-dated in NetSuite", act="by hand"
    ),
    "currency": Planted(
        plant=_currency, lago="EUR", netsuite="USD", cause="by another integration", act="replay the event"
    ),
    "customer": Planted(
        plant=_customer, lago="acme", netsuite="other", cause="moved in NetSuite",
        act="which customer owes it"
    ),
    "subsidiary": Planted(
        plant=_subsidiary, lago="4", netsuite="1", cause="changed after it was booked",
        act="correct mapping.billing_entities",
    ),
    "number": Planted(
        plant=_number, lago="", netsuite="INV-100", cause="renumbered", act="Auto-Generated Numbers"
    ),
    "open_balance": Planted(
        plant=_open_balance, lago="59.50", netsuite="0.00", cause="that the other has not",
        act="see what is applied to it",
    ),
    "voided": Planted(
        plant=_voided, lago="119.00", netsuite="voided", cause=f"voided in NetSuite {BY_JANE}",
        act="undo the void"
    ),
    "not_voided": Planted(
        plant=_not_voided, lago="voided", netsuite="open 119.00", cause="of the void did not arrive",
        act="--repair --go",
    ),
    "not_approved": Planted(
        plant=_not_approved, lago="issued", netsuite="awaits approval", cause="routes it for approval",
        act="approve it in NetSuite",
    ),
    "duplicated": Planted(
        plant=_duplicated, cause="another integration writes", act="without our external id"
    ),
    "paid_without_payment": Planted(
        plant=_paid_without_payment, lago="due 119.00 EUR", cause="marked it as paid",
        act="set the status back"
    ),
    "not_applied": Planted(
        plant=_not_applied, lago="on its invoice", netsuite="119.00 on account",
        cause="settled by something else before", act="apply the payment",
    ),
    "refund_missing": Planted(
        plant=_refund_missing, lago="paid back", netsuite="open 59.50", cause="outside of NetSuite",
        act="write the customer refund",
    ),
    "customer_missing": Planted(
        plant=_customer_missing, lago="newcomer", cause="webhook did not arrive", act="--repair --go"
    ),
    "edited": Planted(
        plant=_edited, lago="date 2026-08-01", netsuite="date 2026-08-06",
        cause=f"last changed in NetSuite {BY_JANE}", act="ask who changed it",
    ),
    "deleted": Planted(
        plant=_deleted, lago="119.00 EUR", cause=f"deleted in NetSuite {BY_JANE}",
        act="--restore-deleted --go"
    ),
    "paid_in_netsuite": Planted(
        plant=_paid_in_netsuite, lago="119.00", netsuite="100.00",
        cause=f"over 19.00 entered in NetSuite {BY_JANE}", act="record the payment in Lago",
    ),
}  # fmt: skip
