"""Every field, filter and column that the script names is Oracle's, or an exception with its source."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from consumer.sandbox.netsuite.suitescript import oracle_lists, search_calls, search_names
from consumer.sandbox.netsuite.suitescript.errors import ScriptError
from tests.support.restlet import NetSuite, customer, invoice
from tests.support.restlet_documents import credit_memo, payment, void
from tests.support.restlet_references import INVOICE

LIB = Path(__file__).parents[2] / "deploy/netsuite/src/FileCabinet/SuiteScripts/lago_netsuite/lib"
FILES = sorted(LIB.glob("*.js"))
RECORDS = oracle_lists.records().values()
SUBLISTS = [names for record in RECORDS for names in record.get("sublists", {}).values()]
FIELDS = {name for record in RECORDS for name in record.get("fields", {})}.union(*SUBLISTS)
FILTERS = {name for kind in oracle_lists.records() for name in oracle_lists.searchable(kind).filters}
COLUMNS = {name for kind in oracle_lists.records() for name in oracle_lists.searchable(kind).columns}

NOT_LISTED = {
    # No record has it in Oracle's lists; Lago's own connector sets it on accounts with legacy taxes.
    "taxamountoverride",
    # Oracle lists it among the columns of tax details; the sublist has it in Lago's own connector too.
    "taxtype",
    # A preference of the account, which N/config keeps as a field.
    "REVERSALVOIDING",
}
NO_FIELDS = {
    # In field_types.js: kinds of fields and of JavaScript's values.
    "boolean", "currency2", "cust", "date", "float", "integer", "percent", "poscurrency", "posfloat",
    "posinteger",
    # Pseudo fields of the contract, which accounts keep in custom fields or not at all.
    "lago_plan_codes", "item_source",
}  # fmt: skip
# Of the join systemNotes, which Oracle's lists do not have; public scripts read them.
OF_NOTES = {"date", "name"}
# The name of a search setting (Oracle section_1536177181).
SETTINGS = {"consolidationtype"}


def of_oracle(names):
    """Without what an account's own fields and our own are called."""
    return {name for name in names if not re.match(r"cust(body|col|entity)_", name)}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_field_is_oracles(file):
    named = of_oracle(re.findall(r"fieldId: '(\w+)'", file.read_text(encoding="utf-8")))

    assert named - FIELDS - NOT_LISTED == set()


def test_every_field_of_a_known_kind_is_oracles():
    """The orders and kinds of field_types.js name fields of bodies and lines."""
    text = (LIB / "field_types.js").read_text(encoding="utf-8")

    assert of_oracle(re.findall(r"'([a-z]\w+)'", text)) - FIELDS - NOT_LISTED - NO_FIELDS == set()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_filter_and_column_is_oracles(file):
    """By type the sandbox and the doubles of the script's own tests refuse what is not listed."""
    text = file.read_text(encoding="utf-8")
    filters = of_oracle(re.findall(r"\['(\w+)', '(?:anyof|noneof|is|contains|after|before)'", text))
    columns = of_oracle(re.findall(r"\bname: '([a-z]\w+)'", text))

    assert filters - FILTERS == set()
    assert columns - COLUMNS - OF_NOTES - SETTINGS == set()


def test_voided_is_asked_for_as_a_filter_only():
    """Oracle lists it among the filters of transactions, not among their columns."""
    assert "voided" in oracle_lists.searchable("transaction").filters
    assert "voided" not in oracle_lists.searchable("transaction").columns


KINDS = re.findall(
    r"^    (\w+): \{ type: '\w+', columns", (LIB / "catalog.js").read_text("utf-8"), re.MULTILINE
)


@pytest.mark.parametrize("profile", ["default", "legacy-us", "single-currency"])
def test_no_search_asks_for_what_the_account_does_not_have(profile, monkeypatch):
    """Leaving out what is refused is for accounts that nobody has seen; it costs a search for each column."""
    refused = []

    def check(account, search_type, name):
        try:
            search_names.check_column(account, search_type, name)
        except ScriptError:
            refused.append((search_type, name))
            raise

    monkeypatch.setattr(search_calls, "check_column", check)
    netsuite = NetSuite(profile)
    netsuite.write(customer(), invoice(), credit_memo("50.00", (INVOICE, "50.00")), payment("100.00"), void())
    lookups = [
        {"ref": "1", "external_id": INVOICE["externalId"]},
        {"ref": "2", "type": "customer", "number": "x"},
    ]
    answers = [netsuite.call({"v": 1, "op": "lookup", "request_id": "r", "items": lookups})]
    answers += [netsuite.call({"v": 1, "op": "catalog", "kind": kind}) for kind in KINDS]

    assert len(KINDS) >= 13
    assert {answer.status for answer in answers} == {200}
    assert refused == []
