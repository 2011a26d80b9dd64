"""The profile that ships, and profiles of one's own."""

from __future__ import annotations

from datetime import date

import pytest

from consumer.sandbox.lists import Lists
from consumer.sandbox.profile import Profile


def test_the_default_profile_is_a_suitetax_oneworld_sandbox():
    profile = Profile.load()

    assert (profile.account_id, profile.environment) == ("1234567_SB1", "SANDBOX")
    assert profile.has_suitetax
    assert profile.is_one_world


def test_a_profile_is_read_from_a_file(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(Profile.load().model_copy(update={"account_id": "7654321"}).model_dump_json())

    assert Profile.load(path).account_id == "7654321"


def test_an_unknown_setting_of_a_profile_is_refused(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text('{"nmae": "typo"}')

    with pytest.raises(ValueError, match="nmae"):
        Profile.load(path)


@pytest.mark.parametrize(
    ("day", "closed"), [(date(2026, 6, 30), True), (date(2026, 7, 1), False), (date(2027, 12, 31), False)]
)
def test_books_are_closed_until_the_end_of_june_2026(day, closed):
    assert Lists(Profile.load()).period_of(day).closed is closed


def test_whatever_the_lists_refer_to_is_there():
    """Subsidiaries, taxes and items name currencies, nexuses, types and accounts that exist."""
    profile, lists = Profile.load(), Lists(Profile.load())
    numbers = {account.number for account in profile.accounts}

    assert all(lists.has("currency", one.currency) for one in profile.subsidiaries)
    assert all(lists.has("nexus", nexus) for one in profile.subsidiaries for nexus in one.nexuses)
    assert all(lists.has("nexus", one.nexus) for one in profile.tax_types)
    assert all(lists.has("taxtype", one.type) for one in profile.tax_codes)
    assert {item.account for item in profile.items} <= numbers
