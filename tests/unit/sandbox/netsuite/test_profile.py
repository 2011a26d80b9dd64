"""The profile that ships, and profiles of one's own."""

from __future__ import annotations

from datetime import date

import pytest

from consumer.sandbox.netsuite.list_entries import Currency
from consumer.sandbox.netsuite.lists import Lists
from consumer.sandbox.netsuite.profile import Profile


def test_the_default_profile_is_a_suitetax_oneworld_sandbox():
    profile = Profile.load()

    assert (profile.account_id, profile.environment) == ("1234567_SB1", "SANDBOX")
    assert profile.has_suitetax
    assert profile.is_one_world


def test_a_profile_is_read_from_a_file(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(Profile.load().model_copy(update={"account_id": "7654321"}).model_dump_json())

    assert Profile.load(path).account_id == "7654321"


def test_a_profile_may_extend_another(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text('{"extends": "default", "name": "mine", "concurrency": 2}')

    profile = Profile.load(path)

    assert (profile.name, profile.concurrency) == ("mine", 2)
    assert profile.items == Profile.load().items


def test_the_profile_of_reversing_voids_differs_by_its_preference_alone():
    default, reversing = Profile.load(), Profile.load("reversing-voids")

    changed = {"name": reversing.name, "preferences": default.preferences | {"REVERSALVOIDING": "T"}}

    assert default.model_copy(update=changed) == reversing


def test_the_legacy_profile_is_a_single_company_without_suitetax():
    profile = Profile.load("legacy-us")

    assert not profile.has_suitetax
    assert not profile.is_one_world
    assert "MULTICURRENCYCUSTOMER" not in profile.features


def test_a_profile_that_is_no_object_is_refused(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text("[]")

    with pytest.raises(ValueError, match="Profile"):
        Profile.load(path)


def test_an_unknown_setting_of_a_profile_is_refused(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text('{"unheard_of": "x"}')

    with pytest.raises(ValueError, match="unheard_of"):
        Profile.load(path)


@pytest.mark.parametrize(("precision", "is_possible"), [(0, True), (2, True), (1, False), (3, False)])
def test_row_105_a_currency_has_no_decimals_or_two(precision, is_possible):
    """Oracle section_N1397831 knows no others, whatever ISO says of dinars."""
    try:
        made = Currency(id="9", name="Bahraini Dinar", symbol="BHD", precision=precision)
    except ValueError:
        made = None

    assert (made is not None) is is_possible


@pytest.mark.parametrize(
    ("day", "closed"), [(date(2026, 6, 30), True), (date(2026, 7, 1), False), (date(2027, 12, 31), False)]
)
def test_books_are_closed_until_the_end_of_june_2026(day, closed):
    assert Lists(Profile.load()).period_of(day).closed is closed


@pytest.mark.parametrize(
    "name",
    [
        "default",
        "legacy-us",
        "single-currency",
        "reversing-voids",
        "location-mandatory",
        "closed-period",
        "tight-limits",
    ],
)
def test_whatever_the_lists_refer_to_is_there(name):
    """Subsidiaries, taxes and items name currencies, nexuses, types and accounts that exist."""
    profile, lists = Profile.load(name), Lists(Profile.load(name))
    numbers = {account.number for account in profile.accounts}

    assert all(lists.has("currency", one.currency) for one in profile.subsidiaries)
    assert all(lists.has("nexus", nexus) for one in profile.subsidiaries for nexus in one.nexuses)
    assert all(lists.has("nexus", one.nexus) for one in profile.tax_types)
    assert all(lists.has("taxtype", one.type) for one in profile.tax_codes)
    assert {item.account for item in profile.items} <= numbers
