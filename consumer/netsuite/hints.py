"""
Hints: the fix for a refusal, from the table `schemas/error_codes`.

Here are only the fixes of errors without a code, such as an HTTP status, and those that depend on a
connection's
settings: a hint never names a setting that is already set.
"""

from __future__ import annotations

from collections.abc import Iterable

from consumer.config.connection import Connection
from consumer.config.mapping_rules import Tax
from schemas.error_codes import BY_NETSUITE_CODE, CATALOGUE, SCRIPT_REFUSED, ErrorCode, menu

LOGIN = CATALOGUE["INVALID_LOGIN_ATTEMPT"].hint
CERTIFICATE = CATALOGUE["invalid_grant"].hint
DEPLOYMENT = CATALOGUE["SSS_INVALID_SCRIPTLET_ID"].hint
ROLE = CATALOGUE["INSUFFICIENT_PERMISSION"].hint
CONTRACT = CATALOGUE["LAGO_BAD_ENVELOPE"].hint
SPLIT = CATALOGUE["SSS_USAGE_LIMIT_EXCEEDED"].hint
HOST = "copy restlet_url again from the deployment's External URL: this host does not serve the account"
HEADER = "a credential holds characters that no HTTP header can carry"
PROXY = "the proxy between here and NetSuite wants a login"
BETWEEN = (
    "no RESTlet answers so: look at the standing of the account, and at what stands between here and "
    "NetSuite (proxy, firewall, content filter)"
)
OUTSIDE = (
    "NetSuite answers so outside of the RESTlet, so that it is about no record: look at the script's "
    f"execution log ({menu.DEPLOYMENTS}) and at the account"
)

_BY_CLASS = {
    "missing_field": CATALOGUE["missing_field"],
    "invalid_reference": CATALOGUE["invalid_reference"],
    "permission": CATALOGUE["PERMISSION_VIOLATION"],
    "period_closed": CATALOGUE["period_closed"],
    "tax": CATALOGUE["TAX_CODE_REQD"],
    "total_mismatch": CATALOGUE["total_mismatch"],
    "duplicate": CATALOGUE["DUP_RCRD"],
    "governance": CATALOGUE["SSS_USAGE_LIMIT_EXCEEDED"],
}
_CLOSED_PERIOD = {
    "reject": f"open the period ({menu.PERIODS}), or set closed_period to hold or next_open_period",
    "hold": f"open the period ({menu.PERIODS}), or set closed_period to next_open_period",
    "next_open_period": (
        f"let Allow Transaction Date Outside of the Posting Period be Warn or Allow "
        f"({menu.ACCOUNTING_PREFERENCES}), or open the period ({menu.PERIODS})"
    ),
}


def row_of(published: str, code: str, group: str) -> ErrorCode:
    """
    The row of an item's error.

    Args:
        published: the code of the error event.
        code: NetSuite's code, which selects one of several rows with the same published code.
        group: the RESTlet's class, for codes that are not in the table.
    """
    by_code = BY_NETSUITE_CODE.get(code)
    if by_code is not None and published in {by_code.code, code}:
        return by_code
    return CATALOGUE.get(published) or _BY_CLASS.get(group, SCRIPT_REFUSED)


def of(row: ErrorCode, connection: Connection, field: str | None = None) -> str:
    """The fix of a row, for the connection's settings; `field` is the one that the error names."""
    if row.code == "period_closed":
        return _CLOSED_PERIOD[connection.closed_period]
    if row.code == "missing_field" and field and (settings := _filling(field, connection)):
        return (
            f"correct {settings}, which gives no value that NetSuite takes for this document, or make the "
            f"field optional on the form ({menu.FORMS})"
        )
    if row.code == "suitetax_off":
        return f"set {_tax_modes('suitetax', connection)} to legacy, tax_line or none"
    if row.code == "suitetax_on":
        return f"set {_tax_modes('legacy', connection)} to suitetax, tax_line or none"
    return row.hint


def _tax_modes(mode: str, connection: Connection) -> str:
    """The settings that choose this tax mode, with their lines."""
    mapping = connection.mapping
    levels = [("mapping", mapping.tax or Tax())]
    levels += [
        (f"mapping.billing_entities.{code}", entity.tax)
        for code, entity in mapping.billing_entities.items()
        if entity.tax is not None
    ]
    return _placed((f"{level}.tax.mode" for level, tax in levels if tax.mode == mode), connection)


def _placed(paths: Iterable[str], connection: Connection) -> str:
    return ", ".join(f"{path} ({at})" if (at := connection.at(path)) != path else path for path in paths)


def _filling(field: str, connection: Connection) -> str:
    """The settings that already fill the field, with their lines; empty when none does."""
    mapping = connection.mapping
    levels = [("mapping.fields", mapping.fields)]
    levels += [
        (f"mapping.billing_entities.{code}.fields", entity.fields)
        for code, entity in mapping.billing_entities.items()
    ]
    paths = (
        f"{prefix}.{kind}.{field}"
        for prefix, fields in levels
        for kind, of_kind in fields.items()
        if field in of_kind
    )
    return _placed(paths, connection)
