"""`check --deep` against each profile with each single setting flipped: that fault is named, and no other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from consumer.preflight.finding import Finding
from tests.support.preflight_account import MAPPINGS, ONE_WORLD, findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One setting of the account, what it becomes, and what has to be said about it."""

    setting: str
    value: Any
    finding: str
    status: str = "fail"
    without: tuple[str, ...] = ()


def _permission(name: str, level: int = 0, status: str = "fail", without: tuple[str, ...] = ()) -> Fault:
    return Fault(
        setting=f"permissions.{name}",
        value=level,
        finding=f"permission.{name}",
        status=status,
        without=without,
    )


def _inactive(place: str, id_: str, finding: str, without: tuple[str, ...] = ()) -> Fault:
    return Fault(setting=f"{place}.{id_}.inactive", value=True, finding=finding, without=without)


def _undeployed(name: str, status: str = "fail") -> Fault:
    return Fault(setting=f"custom_fields.{name}", value=None, finding=f"custom_field.{name}", status=status)


US = ("legacy-us",)
FAULTS = (
    # The role.
    _permission("LIST_CUSTJOB", 1),
    _permission("TRAN_CUSTINVC"),
    _permission("TRAN_CUSTINVC", 2),
    _permission("TRAN_CUSTCRED", 1),
    _permission("TRAN_CUSTPYMT", 1),
    _permission("TRAN_SALESORD", 1),
    _permission("LIST_ITEM"),
    _permission("LIST_ACCOUNT"),
    _permission("LIST_SUBSIDIARY", without=US),
    _permission("LIST_CURRENCY"),
    _permission("LIST_TAXITEM"),
    _permission("LIST_TAXDETAILSTAB", 1, without=US),
    _permission("LIST_LOCATION"),
    _permission("LIST_DEPARTMENT"),
    _permission("LIST_CLASS"),
    _permission("LIST_PAYMETH"),
    _permission("ADMI_ACCTPERIODS", status="warn", without=("closed-period",)),
    # Features.
    Fault(setting="features.TAX_OVERHAULING", value=False, finding="feature.TAX_OVERHAULING", without=US),
    Fault(
        setting="features.TAX_OVERHAULING",
        value=True,
        finding="feature.TAX_OVERHAULING",
        without=tuple(MAPPINGS.keys() - US),
    ),
    Fault(setting="features.SUBSIDIARIES", value=False, finding="feature.SUBSIDIARIES", without=US),
    Fault(
        setting="features.SUBSIDIARIES",
        value=True,
        finding="customers.subsidiary",
        without=tuple(MAPPINGS.keys() - US),
    ),
    Fault(setting="features.MULTICURRENCY", value=False, finding="feature.MULTICURRENCY"),
    Fault(setting="features.RECEIVABLES", value=False, finding="feature.RECEIVABLES"),
    Fault(setting="features.LOCATIONS", value=False, finding="feature.LOCATIONS"),
    Fault(setting="features.DEPARTMENTS", value=False, finding="feature.DEPARTMENTS"),
    Fault(setting="features.CLASSES", value=False, finding="feature.CLASSES"),
    # Forms and preferences.
    Fault(
        setting="preferences.LOCMANDATORY",
        value="T",
        finding="mandatory.location",
        without=("location-mandatory",),
    ),
    Fault(
        setting="preferences.DEPTMANDATORY",
        value="T",
        finding="mandatory.department",
        without=("location-mandatory",),
    ),
    Fault(setting="preferences.CLASSMANDATORY", value="T", finding="mandatory.class"),
    Fault(setting="forms.invoice.body", value=["otherrefnum"], finding="mandatory.otherrefnum"),
    Fault(setting="forms.creditmemo.body", value=["memo"], finding="mandatory.memo"),
    Fault(setting="forms.invoice.lines", value=["department"], finding="mandatory.department"),
    Fault(setting="forms.customer.body", value=["vatregnumber"], finding="mandatory.vatregnumber"),
    # Custom fields.
    _undeployed("custbody_lago_id"),
    _undeployed("custbody_lago_invoice_id"),
    _undeployed("custbody_lago_fingerprint"),
    _undeployed("custbody_lago_invoice_link", "warn"),
    _undeployed("custbody_lago_payment_invoices"),
    _undeployed("custentity_lago_id"),
    _undeployed("custentity_lago_version"),
    _undeployed("custentity_lago_fingerprint"),
    _undeployed("custentity_lago_customer_link", "warn"),
    _undeployed("custentity_lago_sf_id", "warn"),
    _undeployed("custcol_service_period_date_from", "warn"),
    _undeployed("custcol_service_period_date_to", "warn"),
    # What the mapping names.
    _inactive("items", "802", "item.802"),
    Fault(setting="items.811", value=None, finding="item.811"),
    Fault(setting="items.804.saleable", value=False, finding="item.804"),
    Fault(setting="items.802.saleable", value=False, finding="item.802"),
    Fault(setting="items.805.taxable", value=False, finding="item.805", without=US),
    Fault(setting="items.806.subsidiaries", value=["2"], finding="item.806", without=US),
    Fault(setting="items.902.subsidiaries", value=["1"], finding="item.902", without=US),
    Fault(setting="items.801.account", value="4020", finding="item.801", status="warn"),
    _inactive("currencies", "2", "currency.2"),
    Fault(setting="currencies.2.symbol", value="GBP", finding="currency.2"),
    _inactive("subsidiaries", "4", "subsidiary.4", US),
    _inactive("locations", "3", "location.3"),
    _inactive("departments", "1", "department.1"),
    Fault(setting="classes.7", value=None, finding="class.7"),
    _inactive("accounts", "110", "account.110"),
    Fault(setting="payment_methods.9", value=None, finding="payment_method.9"),
    # Taxes.
    _inactive("nexuses", "11", "nexus.11", US),
    _inactive("tax_types", "8", "tax_type.8", US),
    _inactive("tax_codes", "6", "tax_code.6", US),
    _inactive("tax_codes", "1", "tax_code.1", tuple(MAPPINGS.keys() - US)),
    Fault(setting="tax_types.5.nexus", value="11", finding="tax_type.5.nexus", without=US),
    Fault(setting="tax_codes.12.type", value="5", finding="tax_code.12.type", without=US),
    Fault(setting="subsidiaries.1.nexuses", value=["1"], finding="registration.1.9", without=US),
    # Bookkeeping.
    Fault(setting="periods.220.closed", value=True, finding="period", without=("closed-period",)),
    Fault(setting="periods.220.ar_locked", value=True, finding="period", without=("closed-period",)),
    Fault(setting="periods.220.all_locked", value=True, finding="period", without=("closed-period",)),
    Fault(setting="periods.220", value=None, finding="period", without=("closed-period",)),
    Fault(
        setting="preferences.REVERSALVOIDING",
        value="T",
        finding="voids",
        status="warn",
        without=("reversing-voids",),
    ),
    Fault(
        setting="preferences.CUSTOMAPPROVALCUSTINVC",
        value="T",
        finding="approval",
        status="warn",
        without=("approval-routing",),
    ),
)
CASES = [
    pytest.param(profile, fault, id=f"{profile}-{fault.setting}={fault.value}")
    for profile in MAPPINGS
    for fault in FAULTS
    if profile not in fault.without
]


@cache
def _baseline(profile: str) -> dict[str, str]:
    return _said(findings(profile))


def _said(found: dict[str, Finding]) -> dict[str, str]:
    return {one.id: one.status for one in found.values() if one.status in ("warn", "fail")}


@pytest.mark.parametrize(("profile", "fault"), CASES)
def test_a_single_fault_is_named_and_no_other(profile, fault):
    """What was said before is said still; all that is added is the fault, what it means, where and how."""
    found = findings(profile, {fault.setting: fault.value})

    assert _said(found) == _baseline(profile) | {fault.finding: fault.status}
    named = found[fault.finding]
    assert all((named.says, named.fix, " > " in named.menu))


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        ("default", {}),
        ("legacy-us", {}),
        ("location-mandatory", {}),
        ("tight-limits", {}),
        ("reversing-voids", {"voids": "warn"}),
        ("approval-routing", {"approval": "warn"}),
        ("closed-period", {"period": "fail"}),
    ],
)
def test_each_profile_is_found_to_be_what_it_is(profile, said):
    assert _baseline(profile) == said


@pytest.mark.parametrize("profile", MAPPINGS)
def test_there_are_enough_faults(profile):
    """The promise is at least twenty-five for each profile."""
    assert len({fault.setting for fault in FAULTS if profile not in fault.without}) >= 25


def test_invoices_that_the_mapping_approves_need_no_approver():
    """`approvalstatus` 2 is what public integrations write."""
    fields = ONE_WORLD["fields"] | {"invoice": ONE_WORLD["fields"]["invoice"] | {"approvalstatus": "2"}}

    found = findings("approval-routing", mapping=ONE_WORLD | {"fields": fields})

    assert found["approval"].status == "ok"
