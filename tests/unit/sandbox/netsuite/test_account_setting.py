"""One setting of an account at a time; everything else stays as it is."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from consumer.sandbox.netsuite.account_setting import UnknownSettingError, flipped
from consumer.sandbox.netsuite.profile import Latency, Profile

DEFAULT = Profile.load()


def _differences(path, value):
    changed = flipped(DEFAULT, path, value)
    return {
        name: getattr(changed, name)
        for name in Profile.model_fields
        if getattr(changed, name) != getattr(DEFAULT, name)
    }


def test_a_feature_is_switched_off_and_on():
    without = flipped(DEFAULT, "features.TAX_OVERHAULING", False)

    assert without.features == DEFAULT.features - {"TAX_OVERHAULING"}
    assert flipped(without, "features.TAX_OVERHAULING", True) == DEFAULT


@pytest.mark.parametrize(
    ("path", "value", "part", "found"),
    [
        ("concurrency", 1, "concurrency", 1),
        ("latency", "typical", "latency", Latency(per_call_s=0.6, per_line_s=0.05)),
        ("latency.per_call_s", 2, "latency", Latency(per_call_s=2.0)),
        ("preferences.LOCMANDATORY", "T", "preferences", DEFAULT.preferences | {"LOCMANDATORY": "T"}),
        ("permissions.LIST_ITEM", 0, "permissions", DEFAULT.permissions | {"LIST_ITEM": 0}),
    ],
)
def test_a_single_setting_is_changed(path, value, part, found):
    assert _differences(path, value) == {part: found}


def test_a_row_of_a_list_is_changed_removed_or_added():
    """By its id, in its place."""
    changed = flipped(DEFAULT, "items.802.inactive", True).items
    removed = flipped(DEFAULT, "items.802", None).items
    added = flipped(DEFAULT, "locations.9", {"id": "9", "name": "Oslo"}).locations

    assert [item.id for item in changed] == [item.id for item in DEFAULT.items]
    assert [item.id for item in changed if item.inactive] == ["802"]
    assert {item.id for item in DEFAULT.items} - {item.id for item in removed} == {"802"}
    assert (added[:-1], added[-1].name) == (DEFAULT.locations, "Oslo")


def test_a_form_that_demanded_nothing_may_demand_something():
    forms = flipped(DEFAULT, "forms.creditmemo.body", ["memo"]).forms

    assert forms["creditmemo"].body == ("memo",)
    assert forms["invoice"] == DEFAULT.forms["invoice"]


@pytest.mark.parametrize(
    "path", ["unheard_of", "account_id", "integrations", "items.4711.inactive", "units.most", "features"]
)
def test_what_is_no_setting_is_refused_by_name(path):
    with pytest.raises(UnknownSettingError, match=path.split(".", maxsplit=1)[0].removesuffix("s")):
        flipped(DEFAULT, path, True)


@pytest.mark.parametrize(
    ("path", "value"), [("concurrency", 0), ("switches.unheard_of", 1), ("latency", "quick")]
)
def test_a_value_that_a_setting_cannot_have_is_refused(path, value):
    with pytest.raises(ValidationError):
        flipped(DEFAULT, path, value)
