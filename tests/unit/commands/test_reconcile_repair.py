"""What is sent again is chosen first, and without an answer of NetSuite nothing that was deleted is."""

from __future__ import annotations

import pytest

from consumer.commands import reconcile_repair, shadow_books
from consumer.errors import StartupError
from consumer.reconcile.acceptance import Division
from consumer.reconcile.comparison import Comparison
from consumer.reconcile.difference import Difference
from tests.support.connection_files import connection


def difference(what):
    return Difference(what=what, kind="invoice", number=what, lago_id=what)


DIVISION = Division(open=[difference(each) for each in ("missing", "total", "deleted", "not_voided")])


@pytest.fixture
def silent(monkeypatch):
    async def identify(*_):
        raise StartupError("connection netsuite-eu: NetSuite does not answer")
        yield

    monkeypatch.setattr(shadow_books, "identify", identify)


async def planned(*, restores):
    return await reconcile_repair.planned(None, connection(), Comparison(), DIVISION, restores=restores)


@pytest.mark.usefixtures("silent")
async def test_deleted_documents_are_not_looked_for_unless_they_are_to_come_back():
    """What a person has accepted is not among them."""
    repair = await planned(restores=False)

    assert [each.number for each in repair.chosen] == ["missing", "not_voided"]
    assert repair.kept_back == ()


@pytest.mark.usefixtures("silent")
async def test_where_netsuite_does_not_say_what_stands_nothing_deleted_comes_back():
    """The rest is sent all the same."""
    repair = await planned(restores=True)

    assert [each.number for each in repair.chosen] == ["missing", "not_voided"]
    [kept] = repair.kept_back
    assert (kept.difference.number, kept.reason) == (
        "deleted",
        "connection netsuite-eu: NetSuite does not answer",
    )
