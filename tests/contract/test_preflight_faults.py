"""`check --deep` against each profile with each single setting flipped: that fault is named, and no other."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest

from consumer.preflight.finding import Finding
from tests.support.preflight_account import MAPPINGS, ONE_WORLD, WITHOUT_SUBSIDIARIES, findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """
    One setting of the account, what it becomes, and what has to be said about it.

    `given` is what the connection has beside what fits the profile, where the setting matters only then.
    """

    setting: str
    value: Any
    finding: str
    status: str = "fail"
    without: tuple[str, ...] = ()
    given: dict[str, Any] = field(default_factory=dict)


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


US = WITHOUT_SUBSIDIARIES
ONE_CURRENCY = ("single-currency",)
CLOSED = ("closed-period",)
SINCE_JULY = {"start_date": "2026-07-01"}
SINCE_LAST_YEAR = {"start_date": "2025-01-01"}
PAYS_BACK = {"refunds": "customer_refund"}
OF_MAPPING = ("currencies", "refund")
REFUNDED = {"refunds": "customer_refund", "refund": {"account": "110", "payment_method": "9"}}
MOVED_ON = {"closed_period": "next_open_period"}


def _also_in(symbol: str, id_: str) -> dict[str, Any]:
    return {"currencies": {"EUR": "2", "USD": "1", symbol: id_}}


def _past_month(name: str, value: Any = True) -> Fault:  # noqa: FBT002 - what the setting becomes
    return Fault(
        setting=f"periods.219{name}",
        value=value,
        finding="period.start_date",
        status="warn",
        without=CLOSED,
        given=SINCE_JULY,
    )


FAULTS = (
    # The role.
    _permission("LIST_CUSTJOB", 1),
    _permission("TRAN_CUSTINVC"),
    _permission("TRAN_CUSTINVC", 2),
    _permission("TRAN_CUSTCRED", 1),
    _permission("TRAN_CUSTPYMT", 1),
    Fault(
        setting="permissions.TRAN_CUSTRFND",
        value=1,
        finding="permission.TRAN_CUSTRFND",
        given=PAYS_BACK,
    ),
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
    _permission("ADMI_DELETEDRECORD", status="warn"),
    Fault(
        setting="permissions.TRAN_CUSTRFND",
        value=1,
        finding="permission.TRAN_CUSTRFND",
        given=REFUNDED,
    ),
    # Features.
    Fault(setting="features.TAX_OVERHAULING", value=False, finding="feature.TAX_OVERHAULING", without=US),
    Fault(
        setting="features.TAX_OVERHAULING",
        value=True,
        finding="feature.TAX_OVERHAULING",
        without=tuple(MAPPINGS.keys() - US),
    ),
    Fault(
        setting="features.MULTISUBSIDIARYCUSTOMER",
        value=False,
        finding="feature.MULTISUBSIDIARYCUSTOMER",
        status="warn",
        without=US,
    ),
    Fault(setting="features.SUBSIDIARIES", value=False, finding="feature.SUBSIDIARIES", without=US),
    Fault(
        setting="features.SUBSIDIARIES",
        value=True,
        finding="customers.subsidiary",
        without=tuple(MAPPINGS.keys() - US),
    ),
    Fault(
        setting="features.MULTICURRENCY",
        value=False,
        finding="feature.MULTICURRENCY",
        without=ONE_CURRENCY,
    ),
    Fault(
        setting="subsidiaries.1.currency",
        value="2",
        finding="feature.MULTICURRENCY",
        without=tuple(MAPPINGS.keys() - set(ONE_CURRENCY)),
    ),
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
    Fault(setting="forms.customer.body", value=["email", "url"], finding="mandatory.url"),
    Fault(setting="forms.customerpayment.body", value=["memo", "class"], finding="mandatory.class"),
    Fault(setting="forms.salesorder.body", value=["otherrefnum"], finding="mandatory.otherrefnum"),
    Fault(setting="forms.creditmemo.lines", value=["class"], finding="mandatory.class"),
    Fault(setting="forms.customerrefund.body", value=["class"], finding="mandatory.class", given=REFUNDED),
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
    _inactive("currencies", "2", "currency.2", ONE_CURRENCY),
    Fault(setting="currencies.2.symbol", value="GBP", finding="currency.2", without=ONE_CURRENCY),
    Fault(setting="currencies.1.symbol", value="CAD", finding="currency.1"),
    _inactive("subsidiaries", "4", "subsidiary.4", US),
    _inactive("locations", "3", "location.3"),
    _inactive("departments", "1", "department.1"),
    Fault(setting="classes.7", value=None, finding="class.7"),
    _inactive("accounts", "110", "account.110"),
    Fault(setting="payment_methods.9", value=None, finding="payment_method.9"),
    # Accounts.
    Fault(setting="items.802.account", value="1000", finding="income_account.110", status="warn"),
    Fault(setting="items.810.account", value="1100", finding="income_account.100", status="warn"),
    Fault(setting="items.811.account", value="1100", finding="item.811", status="warn"),
    Fault(setting="items.804.account", value="2200", finding="income_account.101", status="warn"),
    Fault(setting="items.805.account", value="4000", finding="income_account.102", status="warn"),
    Fault(setting="items.806.account", value="1150", finding="income_account.111", status="warn"),
    Fault(setting="items.902.account", value="1000", finding="income_account.110", status="warn", without=US),
    Fault(setting="accounts.102.type", value="COGS", finding="income_account.102", status="warn"),
    Fault(setting="accounts.105.type", value="Income", finding="income_account.105", status="warn"),
    Fault(setting="accounts.110.type", value="Income", finding="account.110"),
    Fault(setting="accounts.110.type", value="AcctRec", finding="account.110"),
    Fault(setting="accounts.110.type", value="Expense", finding="account.110", given=REFUNDED),
    # Currencies.
    Fault(setting="currencies.2.precision", value=0, finding="currency_decimals.EUR", without=ONE_CURRENCY),
    Fault(setting="currencies.1.precision", value=0, finding="currency_decimals.USD"),
    Fault(
        setting="currencies.4.precision",
        value=2,
        finding="currency_decimals.JPY",
        without=ONE_CURRENCY,
        given=_also_in("JPY", "4"),
    ),
    Fault(
        setting="currencies.5.precision",
        value=0,
        finding="currency_decimals.KWD",
        without=ONE_CURRENCY,
        given=_also_in("KWD", "5"),
    ),
    # The login.
    Fault(setting="user.role", value=3, finding="login.role", status="warn"),
    Fault(setting="preferences.LANGUAGE", value="de_DE", finding="login.language", status="warn"),
    Fault(setting="preferences.LANGUAGE", value="fr_CA", finding="login.language", status="warn"),
    # Taxes.
    _inactive("nexuses", "11", "nexus.11", US),
    _inactive("tax_types", "8", "tax_type.8", US),
    _inactive("tax_codes", "6", "tax_code.6", US),
    _inactive("tax_codes", "1", "tax_code.1", tuple(MAPPINGS.keys() - US)),
    Fault(setting="tax_types.5.nexus", value="11", finding="tax_type.5.nexus", without=US),
    Fault(setting="tax_codes.12.type", value="5", finding="tax_code.12.type", without=US),
    Fault(setting="subsidiaries.1.nexuses", value=["1"], finding="registration.1.9", without=US),
    # Bookkeeping.
    Fault(
        setting="preferences.DATEPERIODMISMATCH",
        value="DISALLOW",
        finding="period.outside",
        given=MOVED_ON,
    ),
    _past_month(".closed"),
    _past_month(".ar_locked"),
    _past_month(".all_locked"),
    _past_month("", None),
    Fault(
        setting="periods.219.end",
        value="2026-07-30",
        finding="period.start_date",
        status="warn",
        without=CLOSED,
        given=SINCE_JULY,
    ),
    Fault(
        setting="periods.220.closed",
        value=True,
        finding="period",
        status="warn",
        without=CLOSED,
        given=MOVED_ON,
    ),
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
def _baseline(profile: str, given: str = "{}") -> dict[str, str]:
    return _said(_found(profile, json.loads(given)))


def _found(profile: str, given: dict[str, Any], flips: dict[str, Any] | None = None) -> dict[str, Finding]:
    mapping = MAPPINGS[profile] | {name: given[name] for name in OF_MAPPING if name in given}
    settings = {name: value for name, value in given.items() if name not in OF_MAPPING}
    return findings(profile, flips, mapping=mapping, **settings)


def _said(found: dict[str, Finding]) -> dict[str, str]:
    return {one.id: one.status for one in found.values() if one.status in ("warn", "fail")}


@pytest.mark.parametrize(("profile", "fault"), CASES)
def test_a_single_fault_is_named_and_no_other(profile, fault):
    """What was said before is said still; all that is added is the fault, what it means, where and how."""
    found = _found(profile, fault.given, {fault.setting: fault.value})

    assert _said(found) == _baseline(profile, json.dumps(fault.given)) | {fault.finding: fault.status}
    named = found[fault.finding]
    assert all((named.says, named.fix, " > " in named.menu))


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        ("default", {}),
        ("legacy-us", {}),
        ("location-mandatory", {}),
        ("tight-limits", {}),
        ("single-currency", {}),
        ("reversing-voids", {"voids": "warn"}),
        ("approval-routing", {"approval": "warn"}),
        ("computes-tax", {}),
        ("closed-period", {"period": "fail"}),
    ],
)
def test_each_profile_is_found_to_be_what_it_is(profile, said):
    assert _baseline(profile) == said


@pytest.mark.parametrize("profile", MAPPINGS)
def test_there_are_enough_faults(profile):
    """At least forty-five for each profile."""
    assert len({fault.setting for fault in FAULTS if profile not in fault.without}) >= 45


@pytest.mark.parametrize(
    ("record", "fields"), [("customer", ["email", "phone"]), ("customerpayment", ["memo"])]
)
def test_what_lago_fills_is_not_missed_on_a_form(record, fields):
    assert _said(findings("default", {f"forms.{record}.body": fields})) == {}


@pytest.mark.parametrize(
    ("form", "menu"),
    [
        ("customer", "Customization > Forms > Entry Forms > (preferred form) > Fields"),
        ("customerrefund", "Customization > Forms > Transaction Forms > (preferred form) > Screen Fields"),
        ("customerpayment", "Customization > Forms > Transaction Forms > (preferred form) > Screen Fields"),
    ],
)
def test_a_form_is_where_its_record_has_it(form, menu):
    found = _found("default", REFUNDED, {f"forms.{form}.body": ["url", "class"]})

    [menus] = {one.menu for name, one in found.items() if name.startswith("mandatory.")}
    assert menus.split("; or ")[0] == menu
    assert ("Entry Forms" in menus) is (form == "customer")


def test_a_currency_of_three_decimals_is_warned_of():
    """NetSuite keeps two of them, and none is the right setting."""
    [(name, status)] = _said(_found("default", _also_in("KWD", "5"), {"currencies.5.precision": 2})).items()

    assert (name, status) == ("currency_decimals.KWD", "warn")


def test_a_currency_that_lago_does_not_divide_may_have_either_precision():
    """Lago bills whole forints, and ISO gives them two decimals."""
    for precision in (0, 2):
        flips = {"currencies.6.precision": precision}
        assert _said(_found("default", _also_in("HUF", "6"), flips)) == {}


def test_months_that_are_shut_are_named_but_not_all_of_them():
    found = _found("default", SINCE_LAST_YEAR)["period.start_date"]

    assert "Jan 2025 (closed), " in found.says
    assert "and 12 more and wait" in found.says


@pytest.mark.parametrize(
    ("section", "fields"),
    [("invoice", {"duedaet": "1"}), ("invoice_line", {"klass": "7"}), ("customer", {"credit_limit": "1"})],
)
def test_a_native_field_that_there_is_not_is_named(section, fields):
    """NetSuite ignores such a value without an error."""
    mapping = MAPPINGS["default"]
    changed = mapping | {"fields": mapping["fields"] | {section: mapping["fields"].get(section, {}) | fields}}

    [(name, status)] = _said(findings("default", mapping=changed)).items()

    assert (name, status) == (f"field.{next(iter(fields))}", "fail")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"invoice": {"account": "111"}, "payment": {"aracct": "100"}}, {}),
        ({"invoice": {"account": "110"}}, {"account.110": "fail"}),
        ({"credit_note": {"account": "102"}}, {"account.102": "fail"}),
        ({"payment": {"account": "100"}}, {"account.100": "fail"}),
        ({"payment": {"account": "110"}, "refund": {"account": "110", "aracct": "111"}}, {}),
        ({"invoice": {"account": "4711"}}, {"account.4711": "fail"}),
    ],
)
def test_an_account_in_the_wrong_place_is_named(fields, said):
    """Documents need a receivables account, payments a bank account."""
    mapping = {**MAPPINGS["default"], "fields": fields, "payments": {}}

    assert _said(findings("default", mapping=mapping)) == said


@pytest.mark.parametrize(
    ("currencies", "said"),
    [
        ({"USD": "1"}, {}),
        ({"USD": "1", "EUR": "2"}, {"feature.MULTICURRENCY": "fail"}),
        ({"EUR": "2"}, {"feature.MULTICURRENCY": "fail"}),
        ({"EUR": "1"}, {"currency.1": "fail"}),
    ],
)
def test_an_account_of_a_single_currency_can_have_no_other_mapped(currencies, said):
    assert _said(_found("legacy-us", {"currencies": currencies}, {"features.MULTICURRENCY": False})) == said


def test_invoices_that_the_mapping_approves_need_no_approver():
    """`approvalstatus` 2 is what public integrations write."""
    fields = ONE_WORLD["fields"] | {"invoice": ONE_WORLD["fields"]["invoice"] | {"approvalstatus": "2"}}

    found = findings("approval-routing", mapping=ONE_WORLD | {"fields": fields})

    assert found["approval"].status == "ok"
