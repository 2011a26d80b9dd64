"""Ids of names: those that every other program makes of the same name."""

import uuid

import pytest

from schemas.name_id import NameIds

NAMESPACE = "requests.lago-netsuite"


@pytest.mark.parametrize("name", ["", "a", "lago-inv-1 create_or_get", "Müller\n2", *map(str, range(300))])
def test_an_id_is_a_uuid_of_version_5(name):
    """What was sent to NetSuite or published earlier keeps its id."""
    assert NameIds(NAMESPACE).of(name) == str(uuid.uuid5(uuid.uuid5(uuid.NAMESPACE_DNS, NAMESPACE), name))
