"""`op: catalog` and `op: health` of the unmodified RESTlet: pages, filters, and what a role may not see."""

from __future__ import annotations

import json

import pytest

from consumer.sandbox.netsuite.list_entries import Item
from consumer.sandbox.netsuite.profile import Profile
from schemas import wire
from schemas.reading import KINDS, CatalogQuestion, FieldsAsked, HealthQuestion
from tests.support.restlet import NetSuite

DEFAULT = Profile.load()


def _page(netsuite, kind="items", **asked):
    answer = netsuite.call(CatalogQuestion(kind=kind, **asked).body().decode())
    assert answer.status == 200, answer.body
    page = wire.Response.model_validate_json(answer.body).catalog
    assert page is not None
    return page


def _health(netsuite, **asked):
    answer = netsuite.call(HealthQuestion(**asked).body().decode())
    told = wire.Response.model_validate_json(answer.body).health
    assert told is not None
    return told


def _many_items(count):
    return tuple(
        Item(id=str(1000 + number), name=f"ITEM {number}", account="4000") for number in range(count)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_listed(kind):
    """Each by columns that NetSuite has, a date or a reference readable."""
    page = _page(NetSuite(), kind)

    assert (page.kind, page.error) == (kind, None)
    assert bool(page.rows) is (kind != "customers")
    assert all(row.id and row.name for row in page.rows)


def test_row_20_a_list_of_more_than_a_thousand_comes_in_pages():
    """A search answers 1,000 rows at most; the token leads on until all are there, each once, in order."""
    netsuite = NetSuite(items=_many_items(2_345))

    sizes, ids, after = [], [], None
    while True:
        page = _page(netsuite, after=after)
        sizes.append(len(page.rows))
        ids += [row.id for row in page.rows]
        if page.next is None:
            break
        after = page.next

    assert sizes == [1000, 1000, 345]
    assert ids == [str(1000 + number) for number in range(2_345)]


def test_a_page_beyond_the_last_is_empty():
    page = _page(NetSuite(), after="9")

    assert (page.rows, page.next) == ((), None)


@pytest.mark.parametrize(("limit", "rows"), [(1, 5), (7, 7), (100_000, 14)])
def test_a_page_has_between_5_and_1000_rows(limit, rows):
    assert len(_page(NetSuite(), limit=limit).rows) == rows


def test_a_filter_looks_into_names_and_ids_choose_rows():
    netsuite = NetSuite()

    assert [row.name for row in _page(netsuite, filter="subscr").rows] == ["SUBSCRIPTION", "SUBSCRIPTION_FR"]
    assert [row.id for row in _page(netsuite, ids=("802", "4711")).rows] == ["802"]
    assert [row.id for row in _page(netsuite, ids=("802", "804"), filter="coup").rows] == ["804"]


def test_a_row_tells_values_and_what_the_user_interface_shows():
    (row,) = _page(NetSuite(), ids=("811",)).rows

    assert (row.name, row.inactive, row.values["type"], row.values["account"]) == (
        "STORAGE_GB", False, "Service", "103",
    )  # fmt: skip
    assert row.texts["account"] == "4010 Usage Revenue"


@pytest.mark.parametrize("date_format", ["M/D/YYYY", "D/M/YYYY"])
def test_dates_of_periods_are_iso_whatever_the_user_prefers(date_format):
    netsuite = NetSuite(preferences=DEFAULT.preferences | {"DATEFORMAT": date_format})

    (row,) = _page(netsuite, "periods", ids=("220",)).rows

    assert (row.values["start"], row.values["end"]) == ("2026-08-01", "2026-08-31")


def test_an_item_kept_to_some_subsidiaries_is_found_once_for_each():
    items = (Item(id="1", name="LOCAL", account="4000", subsidiaries=("2", "4")),)

    rows = _page(NetSuite(items=items)).rows

    assert [(row.id, row.values["subsidiary"]) for row in rows] == [("1", "2"), ("1", "4")]


def test_columns_that_the_account_does_not_have_are_left_out():
    """A single company has no subsidiary column, an account without SuiteTax no tax schedule."""
    (row,) = _page(NetSuite("legacy-us"), ids=("802",)).rows

    assert {"subsidiary", "tax_schedule"} & row.values.keys() == set()
    assert row.values["taxable"] == "T"


def test_row_85_a_list_that_the_role_may_not_see_is_empty():
    assert _page(NetSuite(permissions={"LIST_ITEM": 0})).rows == ()


def test_a_kind_that_does_not_exist_is_an_answer_with_an_error():
    body = {"v": 1, "op": "catalog", "kind": "unicorns"}

    page = json.loads(NetSuite().call(body).body)["catalog"]

    assert (page["rows"], page["error"]["code"]) == ([], "LAGO_BAD_ITEM")


def test_row_52_a_form_tells_which_fields_must_be_filled_and_which_there_are():
    netsuite = NetSuite(preferences=DEFAULT.preferences | {"LOCMANDATORY": "T"})
    asked = {"invoice": FieldsAsked(body=("custbody_lago_id", "custbody_other"), lines=())}

    form = _health(netsuite, fields=asked).forms["invoice"]

    assert form.body.known == {"custbody_lago_id": True, "custbody_other": False}
    assert set(form.body.mandatory) == {"location", "currency", "entity"}
    assert form.lines.mandatory == ("item",)
    assert netsuite.account.records("invoice") == []


def test_row_84_a_record_that_the_role_may_not_make_has_no_form():
    netsuite = NetSuite(permissions={"TRAN_CUSTINVC": 0})

    form = _health(netsuite, fields={"invoice": FieldsAsked()}).forms["invoice"]

    assert (form.body, form.error.code) == (None, "INSUFFICIENT_PERMISSION")


def test_row_88_a_custom_field_that_is_not_deployed_is_not_known():
    netsuite = NetSuite(custom_fields=())

    form = _health(netsuite, fields={"customer": FieldsAsked(body=("custentity_lago_id",))}).forms["customer"]

    assert form.body.known == {"custentity_lago_id": False}


def test_row_91_account_and_environment_are_told_as_netsuite_spells_them():
    answer = NetSuite().call(HealthQuestion().body().decode())

    told = wire.Response.model_validate_json(answer.body).account
    assert (told.id, told.environment) == ("1234567_SB1", "SANDBOX")


def test_row_93_features_preferences_and_permissions_are_told():
    netsuite = NetSuite(preferences=DEFAULT.preferences | {"REVERSALVOIDING": "T", "LOCMANDATORY": "T"})

    told = _health(
        netsuite,
        features=("TAX_OVERHAULING", "UNHEARD_OF"),
        preferences=("LOCMANDATORY",),
        permissions=("TRAN_CUSTINVC", "ADMI_PERIODOVERRIDE"),
        subsidiaries=("4", "99"),
    )

    assert told.features == {"TAX_OVERHAULING": True, "UNHEARD_OF": False}
    assert told.preferences == {"LOCMANDATORY": "T"}
    assert told.permissions == {"TRAN_CUSTINVC": 4, "ADMI_PERIODOVERRIDE": 0}
    assert told.voids_by_journal is True
    assert told.registrations == {"4": ("11", "9"), "99": None}


def test_what_the_role_may_not_read_is_null():
    switches = DEFAULT.switches.model_copy(update={"config_readable": False})
    preferences = {name: DEFAULT.preferences[name] for name in ("LOCMANDATORY",)}
    netsuite = NetSuite(switches=switches, preferences=preferences, permissions={"LIST_SUBSIDIARY": 0})

    told = _health(netsuite, subsidiaries=("1",))

    assert (told.voids_by_journal, told.registrations) == (None, {"1": None})


@pytest.mark.parametrize(("preference", "expected"), [("T", True), ("F", False)])
def test_row_93_a_user_knows_how_voids_are_done_without_setting_up_accounting(preference, expected):
    """Our role cannot load the account's preferences."""
    switches = DEFAULT.switches.model_copy(update={"config_readable": False})
    preferences = DEFAULT.preferences | {"REVERSALVOIDING": preference}

    assert _health(NetSuite(switches=switches, preferences=preferences)).voids_by_journal is expected


def test_the_script_is_the_version_that_belongs_to_this_program():
    answer = NetSuite().call(HealthQuestion().body().decode())

    assert wire.Response.model_validate_json(answer.body).script.version == wire.SCRIPT_VERSION


def test_a_page_size_that_netsuite_does_not_have_is_refused():
    thrown = NetSuite().run("search.create({type: 'item'}).runPaged({pageSize: 4});")

    assert thrown["name"] == "SSS_INVALID_PAGE_SIZE"


def test_a_page_that_there_is_not_cannot_be_fetched():
    thrown = NetSuite().run("search.create({type: 'item'}).runPaged({pageSize: 5}).fetch({index: 3});")

    assert thrown["name"] == "INVALID_PAGE_RANGE"


def test_a_paged_search_knows_its_pages_and_costs_five_units_each():
    told = NetSuite().run("""
      const units = () => runtime.getCurrentScript().getRemainingUsage();
      const before = units();
      const paged = search.create({type: 'item', columns: ['itemid']}).runPaged({pageSize: 5});
      const page = paged.fetch({index: 2});
      const {isFirst, isLast} = page;
      return [paged.count, paged.pageRanges.length, page.data.length, isFirst, isLast, before - units()];
    """)

    assert told == [14, 3, 4, False, True, 10]


def test_a_subsidiary_is_read_with_its_registrations():
    told = NetSuite().run("""
      const found = record.load({type: 'subsidiary', id: '4'});
      const sublistId = 'taxregistration';
      const nexus = (line) => found.getSublistValue({sublistId, fieldId: 'nexus', line});
      const counts = [found.getLineCount(sublistId), found.getLineCount('other')];
      return [found.getValue('name'), found.getValue('nothing'), nexus(0), nexus(9), ...counts];
    """)

    assert told == ["Hooli France SAS", "", "11", "", 2, -1]


def test_a_subsidiary_that_there_is_not_cannot_be_loaded():
    thrown = NetSuite().run("return record.load({type: 'subsidiary', id: '99'}).id;")

    assert thrown["name"] == "RCRD_DSNT_EXIST"


def test_a_column_that_a_list_does_not_have_is_an_error():
    thrown = NetSuite().run(
        "return search.create({type: 'nexus', columns: ['itemid']}).run().getRange(0, 1);"
    )

    assert thrown["name"] == "SSS_INVALID_SRCH_COL"
