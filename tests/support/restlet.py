"""Requests for the RESTlet, and the account they are sent to."""

from __future__ import annotations

import copy
import json
import weakref
from typing import Any

import pytest

from consumer.clock import Clock
from consumer.sandbox.netsuite.account import Account
from consumer.sandbox.netsuite.books import Books, StaleError
from consumer.sandbox.netsuite.profile import Profile
from consumer.sandbox.netsuite.saved_record import Saved
from consumer.sandbox.netsuite.suitescript import ui_edits
from consumer.sandbox.netsuite.suitescript.engine import Engine
from consumer.sandbox.netsuite.suitescript.governance import Meter
from consumer.sandbox.netsuite.suitescript.host_calls import Host
from consumer.sandbox.netsuite.suitescript.response import Answer
from consumer.sandbox.netsuite.suitescript.runner import call
from consumer.sandbox.netsuite.suitescript.ui_edits import Edit

CUSTOMER_ID = "9a1b6f0c-3c58-4f7e-9d55-1f0f3c1d2e01"
INVOICE_ID = "5f0e2d1c-8a77-4b1e-b6a4-7d2c9e8f1a02"
FEE_ID = "c0ffee00-0000-4000-8000-000000000001"
SCRIPT, DEPLOYMENT = "customscript_lago_netsuite", "customdeploy_lago_netsuite"

BERLIN = {
    "addr1": "Torstr. 1",
    "addr2": None,
    "city": "Berlin",
    "zip": "10119",
    "state": "Berlin",
    "country": "DE",
}


def customer(**changes: Any) -> dict[str, Any]:
    """The item of a company in Berlin; `changes` go to the item, `columns` into its columns."""
    columns = {
        "isperson": False,
        "subsidiary": "1",
        "currency": "2",
        "custentity_lago_id": CUSTOMER_ID,
        "custentity_lago_customer_link": "https://app.getlago.com/acme/customer/1",
        "email": "ap@raviga.example",
        "phone": "+49 30 5550100",
        "entityid": "cus_7f21c0",
        "autoname": False,
        "companyname": "Raviga Analytics GmbH",
    }
    return {
        "ref": "1",
        "mode": "create_or_get",
        "external_id": f"lago-cus-{CUSTOMER_ID}",
        "lago_id": CUSTOMER_ID,
        "version": "2026-08-01T00:04:11Z",
        "fingerprint": "sha256:customer",
        "record": {
            "type": "customer",
            "columns": columns | changes.pop("columns", {}),
            "lines": changes.pop("lines", [address_book(address(BERLIN))]),
            "options": {"ignoreMandatoryFields": False},
        },
    } | changes


def address(place: dict[str, Any], *, billing: bool = True, shipping: bool = True) -> dict[str, Any]:
    flags = {"defaultbilling": billing, "defaultshipping": shipping}
    return flags | {"subObjectId": "addressbookaddress", "subObject": place}


def address_book(*lines: dict[str, Any]) -> dict[str, Any]:
    return {"sublistId": "addressbook", "lineItems": list(lines)}


def fee(**changes: Any) -> dict[str, Any]:
    return {
        "item": "802",
        "quantity": "1.0",
        "rate": "499.0",
        "amount": "499.00",
        "description": "Scale",
        "taxdetailsreference": FEE_ID,
        "custcol_service_period_date_from": "2026-07-01",
        "custcol_service_period_date_to": "2026-07-31",
        "item_source": "scale_monthly",
    } | changes


def coupon(**changes: Any) -> dict[str, Any]:
    return {
        "item": "804",
        "quantity": "1",
        "rate": "-86.02",
        "amount": "-86.02",
        "description": "Launch partner 10%",
        "taxdetailsreference": "coupon_item",
        "item_source": "coupons",
    } | changes


def tax(reference: str, amount: str, **changes: Any) -> dict[str, Any]:
    return {
        "taxdetailsreference": reference,
        "taxtype": "5",
        "taxcode": "6",
        "taxbasis": "1",
        "taxrate": "19.0",
        "taxamount": amount,
    } | changes


def invoice(**changes: Any) -> dict[str, Any]:
    """The item of an invoice of 412.98 + 85.33 = 498.31 EUR for the customer above."""
    columns = {
        "entity": {"externalId": f"lago-cus-{CUSTOMER_ID}"},
        "currency": "2",
        "tranid": "HOO-3F21-202608-057",
        "trandate": "2026-08-01",
        "duedate": "2026-08-31",
        "otherrefnum": "PO-1",
        "custbody_lago_id": INVOICE_ID,
        "custbody_lago_invoice_link": "https://app.getlago.com/acme/invoice/1",
        "custbody_ava_disable_tax_calculation": True,
        "lago_plan_codes": "scale_monthly",
        "taxregoverride": True,
        "taxdetailsoverride": True,
        "nexus": "9",
    }
    lines = changes.pop("lines", [fee(), coupon()])
    taxes = changes.pop("taxes", [tax(FEE_ID, "85.33"), tax("coupon_item", "0.00")])
    return {
        "ref": "2",
        "mode": "create_or_get",
        "external_id": f"lago-inv-{INVOICE_ID}",
        "lago_id": INVOICE_ID,
        "version": "2026-08-01T00:04:11Z",
        "fingerprint": "sha256:invoice",
        "record": {
            "type": "invoice",
            "columns": columns | changes.pop("columns", {}),
            "lines": [{"sublistId": "item", "lineItems": lines}],
            "taxdetails": [{"sublistId": "taxdetails", "lineItems": taxes}],
            "options": {"ignoreMandatoryFields": changes.pop("ignore_mandatory", False)},
        },
        "expect": {"subtotal": "412.98", "tax": "85.33", "total": "498.31"},
    } | changes


def untaxed(**changes: Any) -> dict[str, Any]:
    """An invoice of one line of 10.00 without tax lines; nothing is expected of its totals."""
    line = fee(quantity="1", rate="10", amount="10.00") | changes.pop("line", {})
    return invoice(**({"lines": [line], "taxes": [], "expect": {}} | changes))


class NetSuite:
    """An emulated account with the RESTlet on it."""

    def __init__(self, name: str = "default", clock: Clock | None = None, **profile: Any) -> None:
        self.account = Account.open(Profile.load(name).model_copy(update=profile), clock=clock)
        # From Python 3.13 on, a database that nobody closes is a warning.
        weakref.finalize(self, self.account.close)

    def reopen(self, **profile: Any) -> None:
        """Change what the account is configured to be; its books stay."""
        self.account = self.account.under(self.account.profile.model_copy(update=profile))

    def call(
        self, body: Any, *, verb: str = "POST", script: str = SCRIPT, deploy: str = DEPLOYMENT
    ) -> Answer:
        text = body if isinstance(body, str) else json.dumps(body)
        return call(self.account, script=script, deploy=deploy, verb=verb, params={}, body=text)

    def write(self, *items: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
        """What the RESTlet answers for each item."""
        return self.response(*items, **options)["items"]

    def response(self, *items: dict[str, Any], **options: Any) -> dict[str, Any]:
        request = {
            "v": 1,
            "op": "write",
            "request_id": "r1",
            "options": options,
            "items": copy.deepcopy(items),
        }
        answer = self.call(request)
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    def one(self, record_type: str) -> dict[str, Any]:
        """The only record of a type."""
        (found,) = self.account.records(record_type)
        return found

    def by_hand(self, act: str, record_type: str, external_id: str, **given: Any) -> int:
        """What Jane Doe does in NetSuite's pages; the id of what was changed or made."""
        edit = Edit.model_validate({"act": act, "type": record_type, "external_id": external_id} | given)
        return ui_edits.apply(self.account, edit)

    def run(self, body: str) -> Any:
        """What a script returns whose only statement list is `body`, with the N modules in scope."""
        names = ["record", "search", "query", "runtime", "error", "url", "log", "format"]
        names += ["transaction", "config"]
        paths = ", ".join(f"'N/{name}'" for name in names)
        source = f"define([{paths}], ({', '.join(names)}) => ({{ post: () => {{ {body} }} }}));"
        profile = self.account.profile
        meter = Meter(units=profile.units, time_limit_s=profile.time_limit_s, clock=self.account.clock)
        settings = {"accountId": profile.account_id, "utcOffsetMs": -28_800_000, "features": [], "user": {}}
        outcome = Engine({"t.js": source}).run(Host(self.account, meter), settings, "t.js", "post", "null")
        if "json" in outcome:
            return json.loads(outcome["json"] or "null")
        return outcome.get("thrown", outcome.get("text"))


def codes(item: dict[str, Any]) -> list[str]:
    """The codes of an answer's warnings."""
    return [warning["code"] for warning in item["warnings"]]


def stale_once(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The first save of a record finds that another has changed it; gives the ids of what is saved."""
    replace, attempts = Books.replace, []

    def replaced(books: Books, saved: Saved, *author: Any) -> Any:
        attempts.append(saved.id)
        if len(attempts) == 1:
            raise StaleError
        return replace(books, saved, *author)

    monkeypatch.setattr(Books, "replace", replaced)
    return attempts
