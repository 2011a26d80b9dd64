"""The SDF project, held against the sandbox and our own mapping; `npm run validate` judges it by itself."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from consumer.sandbox.netsuite.profile import Profile
from tests.support import lago
from tests.support.connection_files import FULL_MAPPING, connection
from tests.support.mapping_results import items
from tests.support.restlet import NetSuite
from tests.support.sdf_project import GRANTED, OBJECTS, PERMISSIONS, PROJECT, README, ROOT, role

# Logging in and searching are not the emulated account's to refuse; these lists only `check` looks at.
NOT_EMULATED = {"ADMI_LOGIN_OAUTH", "ADMI_LOGIN_OAUTH2", "LIST_FIND", "TRAN_FIND"}
FOR_CHECK_ONLY = {
    "LIST_ACCOUNT", "LIST_CLASS", "LIST_CURRENCY", "LIST_DEPARTMENT", "LIST_ITEM", "LIST_LOCATION",
    "LIST_PAYMETH", "LIST_SUBSIDIARY", "LIST_TAXITEM",
}  # fmt: skip

# So does `reconcile`, which asks who has deleted what.
FOR_RECONCILE_ONLY = {"ADMI_DELETEDRECORD"}


def _element(name: str, path: str) -> str | None:
    return ET.parse(OBJECTS / f"{name}.xml").getroot().findtext(path)


def _paid_back() -> dict[str, Any]:
    note = lago.credit_note()
    return note | {"credit_amount_cents": 0, "refund_amount_cents": note["total_amount_cents"]}


def _a_month(netsuite: NetSuite, **settings: Any) -> list[str]:
    """Each thing that the connector does, one after the other; the codes of what went wrong."""
    linked = lago.customer()
    bill = lago.invoice([lago.fee("charge", units="10.0", tax_rate=19.0)])
    events = [
        lago.body(lago.event("customer.created", linked)),
        lago.invoice_event(content=bill),
        lago.body(lago.event("credit_note.created", _paid_back())),
        lago.body(lago.event("payment.succeeded", lago.payment())),
        lago.invoice_event("invoice.voided", bill | {"status": "voided"}),
    ]
    place = {"refund": {"account": "110", "payment_method": "5"}}
    wanted = connection(mapping=FULL_MAPPING | place, refunds="customer_refund", **settings)
    answers = [item for event in events for item in netsuite.write(*items(event, wanted))]
    return [item["error"]["code"] for item in answers if item["status"] == "error"]


def test_the_role_is_enough_for_all_that_the_connector_does():
    """Customer, invoice, order, note, refund, payment and void, with no permission but the role's."""
    sync = {"customers": True, "invoices": True, "sales_orders": True, "voids": True}

    assert _a_month(NetSuite(permissions=role()), sync=sync) == []


NOT_FOR_WRITING = NOT_EMULATED | FOR_CHECK_ONLY | FOR_RECONCILE_ONLY | {"ADMI_ACCTPERIODS"}


@pytest.mark.parametrize("key", sorted(set(GRANTED) - NOT_FOR_WRITING))
def test_the_role_has_nothing_that_can_be_taken_away(key):
    """Without the permission something fails that would have worked."""
    sync = {"customers": True, "invoices": True, "sales_orders": True, "voids": True}

    assert _a_month(NetSuite(permissions=role(**{key: 0})), sync=sync) != []


def test_only_the_role_may_call_the_script():
    path = "scriptdeployments/scriptdeployment"
    script = "customscript_lago_netsuite"

    assert _element(script, f"{path}/audslctrole") == "[scriptid=customrole_lago_netsuite]"
    assert (_element(script, f"{path}/allroles"), _element(script, f"{path}/allemployees")) == ("F", "F")


def test_the_sandbox_serves_the_script_under_the_ids_of_the_project():
    root = ET.parse(OBJECTS / "customscript_lago_netsuite.xml").getroot()
    deployment = root.find("scriptdeployments/scriptdeployment")

    (script,) = Profile.load().scripts
    assert (script.id, script.deploy) == (root.get("scriptid"), deployment.get("scriptid"))
    assert root.findtext("scriptfile").endswith(f"/{script.file}]")


def test_every_custom_field_that_is_sent_is_an_object_of_the_project():
    """Fields of other bundles are left out by the script where they are not."""
    foreign = set(json.loads((PROJECT / "validation" / "schema.json").read_text())["foreign"])
    sources = "".join(path.read_text() for path in (ROOT / "consumer" / "mapping").rglob("*.py"))
    sent = set(re.findall(r"cust(?:entity|body|col)_[a-z_]*[a-z]\b", sources))

    assert "custbody_lago_id" in sent
    assert sent - foreign <= {path.stem for path in OBJECTS.glob("*.xml")}


def test_the_readme_lists_the_permissions_of_therole():
    rows = re.findall(r"^\| ([^|]+) \| `([A-Z0-9_]+)` \| ([A-Z]+) \|", README, re.MULTILINE)

    assert {key: level for _, key, level in rows} == GRANTED
    assert {key: name for name, key, _ in rows} == {key: PERMISSIONS["names"][key] for key in GRANTED}


def test_the_lock_file_names_no_registry():
    assert '"resolved"' not in (PROJECT / "package-lock.json").read_text()
