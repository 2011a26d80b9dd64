"""How much a query answers at most, and addresses as NetSuite makes them."""

from __future__ import annotations

import pytest

from consumer.sandbox.netsuite.profile import Profile
from tests.support.restlet import NetSuite

FEATURES = Profile.load().features


def test_row_21_suiteql_answers_5000_rows_at_most():
    netsuite = NetSuite()
    with netsuite.account.books._transaction():
        netsuite.account.books._connection.executemany(
            "INSERT INTO record VALUES ('entity', ?, 'customer', 1, NULL, NULL, NULL, NULL, '{}', '{}')",
            [(number,) for number in range(1000, 6001)],
        )

    told = netsuite.run("return query.runSuiteQL('SELECT id FROM customer').asMappedResults().length;")

    assert told == 5000


def test_row_20_each_stops_at_4000_rows():
    netsuite = NetSuite()
    with netsuite.account.books._transaction():
        netsuite.account.books._connection.executemany(
            "INSERT INTO record VALUES ('entity', ?, 'customer', 1, NULL, NULL, NULL, NULL, '{}', '{}')",
            [(number,) for number in range(1000, 5500)],
        )

    told = netsuite.run("""
      const rows = search.create({type: 'customer'}).run();
      let count = 0;
      rows.each(() => { count += 1; return true; });
      return [count, rows.getRange(0, 4500).length];
    """)

    assert told == [4000, 1000]


def test_row_89_addresses_are_relative_and_hosts_are_lower_case():
    told = NetSuite().run("""
      return [url.resolveRecord({recordType: 'invoice', recordId: 7}),
        url.resolveDomain({hostType: url.HostType.APPLICATION}), url.resolveDomain({hostType: 'RESTLET'})];
    """)

    assert told == [
        "/app/accounting/transactions/custinvc.nl?id=7",
        "1234567-sb1.app.netsuite.com",
        "1234567-sb1.restlets.api.netsuite.com",
    ]


@pytest.mark.parametrize(
    ("feature", "field"), [("LOCATIONS", "location"), ("DEPARTMENTS", "department"), ("CLASSES", "class")]
)
def test_what_a_feature_brings_is_not_there_without_it(feature, field):
    """Neither in the body nor on lines."""
    netsuite = NetSuite(features=FEATURES - {feature})

    told = netsuite.run(f"""
      const blank = record.create({{type: 'invoice', isDynamic: true}});
      return [blank.getField('{field}'), blank.getSublistFields('item').includes('{field}')];
    """)

    assert told == [None, False]
