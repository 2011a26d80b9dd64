"""Requests for documents beside the invoice, for the customer and the invoice of `tests.support.restlet`."""

from __future__ import annotations

from typing import Any

from tests.support.restlet import INVOICE_ID, NetSuite, customer, fee, invoice, tax
from tests.support.restlet_references import CUSTOMER, INVOICE, NOTE, NOTE_ID, OTHER_INVOICE_ID, PAYMENT_ID


def billed(name: str = "default", **profile: Any) -> NetSuite:
    """A NetSuite in which the customer and the invoice stand."""
    netsuite = NetSuite(name, **profile)
    assert [item["status"] for item in netsuite.write(customer(), invoice())] == ["created", "created"]
    return netsuite


def document(
    kind: str, lago_id: str, external_id: str, base: dict[str, Any], /, **changes: Any
) -> dict[str, Any]:
    """An item with the columns `base`, and further ones in `changes`; `options` go to the record."""
    record: dict[str, Any] = {
        "type": kind,
        "columns": base | changes.pop("columns", {}),
        "lines": changes.pop("sublists", []),
        "options": {"ignoreMandatoryFields": False} | changes.pop("options", {}),
    }
    taxes = changes.pop("taxes", None)
    if taxes:
        record["taxdetails"] = [{"sublistId": "taxdetails", "lineItems": taxes}]
    return {
        "ref": "3",
        "mode": "create_or_get",
        "external_id": external_id,
        "lago_id": lago_id,
        "version": "2026-08-03T00:00:00Z",
        "fingerprint": f"sha256:{lago_id}",
        "record": record,
    } | changes


def applied(*lines: tuple[dict[str, str], str | None]) -> dict[str, Any]:
    """The apply sublist: documents, each with an amount or None for as much as is due."""
    rows = [{"doc": doc, "apply": True} | ({"amount": amount} if amount else {}) for doc, amount in lines]
    return {"sublistId": "apply", "lineItems": rows}


def credit_memo(
    amount: str = "50.00", *lines: tuple[dict[str, str], str | None], **changes: Any
) -> dict[str, Any]:
    """The memo of a note over `amount` without tax, applied to `lines`."""
    line = {"item": "802", "quantity": "1", "rate": amount, "amount": amount, "description": "Scale"}
    columns = {
        "entity": CUSTOMER,
        "currency": "2",
        "trandate": "2026-08-10",
        "tranid": "HOO-3F21-CN-001",
        "otherrefnum": "HOO-3F21-CN-001",
        "custbody_lago_id": NOTE_ID,
        "custbody_lago_invoice_id": INVOICE_ID,
        "custbody_ava_disable_tax_calculation": True,
        "autoapply": False,
        "taxregoverride": True,
        "taxdetailsoverride": True,
        "nexus": "9",
    }
    sublists = [{"sublistId": "item", "lineItems": [line]}]
    sublists += [applied(*lines)] if lines else []
    expect = {"subtotal": amount, "tax": "0.00", "total": amount}
    given = {"sublists": sublists, "expect": expect} | changes
    return document("creditmemo", NOTE_ID, NOTE["externalId"], columns, **given)


def payment(
    amount: str = "498.31", *lines: tuple[dict[str, str], str | None], **changes: Any
) -> dict[str, Any]:
    """The item of a payment on the invoice, or on `lines`."""
    columns = {
        "customer": CUSTOMER,
        "payment": amount,
        "trandate": "2026-08-05",
        "currency": "2",
        "checknum": "WIRE-77",
        "memo": "pi_123",
        "custbody_lago_id": PAYMENT_ID,
        "autoapply": False,
    }
    given = {"sublists": [applied(*(lines or ((INVOICE, None),)))]} | changes
    return document("customerpayment", PAYMENT_ID, f"lago-pay-{PAYMENT_ID}", columns, **given)


def plain_invoice(amount: str, lago_id: str = OTHER_INVOICE_ID, **changes: Any) -> dict[str, Any]:
    """Another invoice of one line without tax."""
    line = fee(rate=amount, amount=amount, quantity="1")
    columns = {"custbody_lago_id": lago_id, "tranid": f"HOO-{lago_id[:4]}"} | changes.pop("columns", {})
    given = {
        "external_id": f"lago-inv-{lago_id}",
        "lago_id": lago_id,
        "fingerprint": f"sha256:{lago_id}",
        "lines": [line],
        "taxes": [],
        "expect": {"total": amount},
    }
    return invoice(columns=columns, **(given | changes))


def taxed_memo(*lines: tuple[dict[str, str], str | None]) -> dict[str, Any]:
    """The memo of a note over 100.00 and 19.00 tax."""
    line = {
        "item": "802",
        "quantity": "1",
        "rate": "100.00",
        "amount": "100.00",
        "taxdetailsreference": "part",
    }
    sublists = [{"sublistId": "item", "lineItems": [line]}, applied(*lines)]
    expect = {"subtotal": "100.00", "tax": "19.00", "total": "119.00"}
    return credit_memo("100.00", sublists=sublists, taxes=[tax("part", "19.00")], expect=expect)


def void(day: str | None = "2026-08-20", **changes: Any) -> dict[str, Any]:
    """The void of the invoice."""
    options = changes.pop("options", None)
    record = {"type": "invoice", "columns": {"trandate": day} if day else {}}
    return {
        "ref": "4",
        "mode": "void",
        "external_id": INVOICE["externalId"],
        "lago_id": INVOICE_ID,
        "version": "2026-08-20T10:00:00Z",
        "fingerprint": "sha256:void",
        "record": record | ({"options": options} if options else {}),
    } | changes


def refund(amount: str = "50.00", memo: dict[str, str] | None = None, **changes: Any) -> dict[str, Any]:
    """The refund of that much of the note's memo, or of `memo`."""
    columns = {
        "customer": CUSTOMER,
        "currency": "2",
        "trandate": "2026-08-10",
        "account": "110",
        "paymentmethod": "5",
        "memo": "Refund of credit note HOO-3F21-CN-001",
        "custbody_lago_id": NOTE_ID,
    }
    given = {"sublists": [applied((memo or NOTE, amount))], "expect": {"total": amount}} | changes
    return document("customerrefund", NOTE_ID, f"lago-ref-{NOTE_ID}", columns, **given)
