"""The worker and the script agree on the fields of a customer that may be set."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from schemas import customer_fields

PERMITTED = (
    Path(__file__).parents[2] / "deploy/netsuite/src/FileCabinet/SuiteScripts/lago_netsuite/lib/permitted.js"
)


@pytest.mark.parametrize(
    ("name", "known"), [("ALWAYS", customer_fields.ALWAYS), ("WHEN_NEW", customer_fields.WHEN_NEW)]
)
def test_the_lists_of_both_are_the_same(name, known):
    """What is refused when the file is read is what the script refuses, and no more."""
    found = re.search(rf"const {name} = \[(.*?)\]", PERMITTED.read_text(encoding="utf-8"), re.DOTALL)

    assert found is not None
    assert set(re.findall(r"'(\w+)'", found[1])) == known


def test_both_know_a_custom_field_by_the_same_sign():
    assert "/^custentity[a-z0-9_]*$/" in PERMITTED.read_text(encoding="utf-8")
    assert customer_fields.may_be_set("custentity_lago_2")
    assert not customer_fields.may_be_set("custentity_Lago")
    assert not customer_fields.may_be_set("custbody_lago")
