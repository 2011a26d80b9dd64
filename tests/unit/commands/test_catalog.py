"""Which account is meant, and rows that NetSuite finds more than once."""

from __future__ import annotations

import pytest

from consumer.commands import catalog
from consumer.errors import ConfigurationError, StartupError
from consumer.netsuite.account_survey import NoAnswer
from schemas.reading import CatalogPage, CatalogRow, Trouble
from tests.support.connection_files import connection


def test_with_several_connections_one_has_to_be_named():
    several = (connection(code="eu"), connection(code="us"))

    with pytest.raises(ConfigurationError, match="name one of eu, us"):
        catalog.run("items", several, containing=None, form="table")


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (
            CatalogPage(error=Trouble(code="INSUFFICIENT_PERMISSION", message="no")),
            "INSUFFICIENT_PERMISSION: no",
        ),
        (NoAnswer(code="HTTP_503", reason="NetSuite is away"), "NetSuite is away"),
    ],
)
def test_a_list_that_cannot_be_read_is_a_failure_and_not_an_empty_list(page, said):
    with pytest.raises(StartupError, match=said):
        catalog._readable(connection(), page, "items")


def test_a_row_found_once_for_each_subsidiary_is_one_row():
    first, second = (CatalogRow(id="1", name="LOCAL", values={"subsidiary": one}) for one in ("2", "4"))

    joined = catalog._joined(catalog._joined(first, second), second)

    assert (joined.id, joined.values) == ("1", {"subsidiary": "2 4"})


def test_a_value_stands_beside_what_the_user_interface_shows():
    row = CatalogRow(id="1", name="SEATS", values={"account": "102"}, texts={"account": "4000 Revenue"})

    assert catalog._flat(row) == {
        "id": "1", "name": "SEATS", "inactive": False, "account": "102", "account_name": "4000 Revenue",
    }  # fmt: skip
