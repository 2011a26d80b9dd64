"""Both sides are read so that a window, or one customer, hides and invents no difference."""

from datetime import date

import pytest

from consumer.commands import reconcile_sides
from consumer.commands.lago_documents import LagoDocuments, Scope
from consumer.commands.reconcile_sides import Sides
from consumer.errors import ConfigurationError, StartupError
from consumer.netsuite.response_outcome import ResponseOutcome
from consumer.outcome import Unavailable
from consumer.pipeline.ownership import Ownership
from consumer.reconcile import expected
from consumer.reconcile.comparison import Comparison
from schemas.ledger import LedgerError, LedgerPage, LedgerQuestion
from schemas.reading import LookupQuestion
from schemas.wire import ItemResult, Response
from tests.support import lago
from tests.support.connection_files import connection
from tests.unit.reconcile.test_comparison import row_of

AUGUST = Scope(since=date(2026, 8, 1), until=date(2026, 8, 31))


class Books:
    """NetSuite's ledger, which answers as the script does."""

    def __init__(self, *rows):
        self.rows, self.asked = rows, []

    async def ask(self, question):
        self.asked.append(question)
        if isinstance(question, LookupQuestion):
            ids = {row.externalId: row.internalId for row in self.rows}
            items = [
                ItemResult(ref=each, status="exists" if each in ids else "missing", internalId=ids.get(each))
                for each in question.external_ids
            ]
            return Response(v=1, items=tuple(items))
        found = [row for row in self.rows if self._is_asked(row, question)]
        return Response(v=1, ledger=LedgerPage(rows=tuple(found[: question.limit])))

    def _is_asked(self, row, question):
        begins, ends = question.from_day or "0", question.to_day or "9"
        return begins <= row.date <= ends and int(row.internalId) > int(question.after or 0)


class Lists:
    """Lago with these invoices, and these customers alone."""

    rows = LagoDocuments.rows

    def __init__(self, *invoices, customers=()):
        self.invoices, self.customers = invoices, customers

    async def listed(self, kind, scope):
        yield [each for each in self.invoices if kind == "invoice" and scope.since is None] or []

    async def one(self, kind, lago_id):
        if kind == "customer":
            return {} if lago_id in self.customers else None
        return next((each for each in self.invoices if each["lago_id"] == lago_id), None)


def sides(scope):
    chosen = connection()
    return Sides(connection=chosen, connections=(chosen,), scope=scope)


def invoice(lago_id, **changes):
    return lago.invoice(lago_id=lago_id, number=f"N-{lago_id}", **changes)


def document(content):
    chosen = connection()
    mine = Ownership(connection=chosen, all_connections=(chosen,), reports_orphans=True)
    return expected.of("invoice", content, mine)


async def found(books, *contents, scope=AUGUST, known=()):
    """The kinds of difference between these invoices and these books, as Lago knows `known` besides."""
    comparison = Comparison()
    for content in contents:
        comparison.expect(document(content))
    await sides(scope).read_netsuite(books, comparison)
    await sides(scope).check_unsure(Lists(*contents, *known), comparison)
    return [each.what for each in comparison.end({})]


@pytest.mark.parametrize("most_single", [50, 0])
@pytest.mark.parametrize("most_absent", [2_000, 0])
async def test_a_document_that_netsuite_dates_far_away_has_another_date(
    monkeypatch, most_single, most_absent
):
    """It is not missing, however the record is found; and it is taken in once."""
    monkeypatch.setattr(reconcile_sides, "MOST_SINGLE", most_single)
    monkeypatch.setattr(reconcile_sides, "MOST_ABSENT", most_absent)
    near, far, lost = invoice("near"), invoice("far"), invoice("lost")
    books = Books(
        row_of(document(near), internalId="1"), row_of(document(far), internalId="7", date="2027-01-31")
    )

    assert await found(books, near, far, lost) == ["date", "missing"]


async def test_a_run_over_everything_asks_no_further():
    """All records have been there."""
    books = Books()

    assert await found(books, invoice("lost"), scope=Scope()) == ["missing"]
    assert books.asked == [LedgerQuestion()]


@pytest.mark.parametrize(
    ("day", "known", "expected_kinds"),
    [
        ("2026-08-15", (), ["extra"]),
        ("2026-08-15", (invoice("x", issuing_date="2026-06-01"),), []),
        ("2026-09-01", (), []),
    ],
)
async def test_a_record_of_the_window_is_extra_when_lago_does_not_have_it(day, known, expected_kinds):
    """One that Lago dates elsewhere, or beside the window, is not."""
    books = Books(row_of(document(invoice("x")), internalId="3", date=day))

    assert await found(books, known=known) == expected_kinds


async def test_of_one_customer_no_record_is_extra():
    """All others are other customers'."""
    books = Books(row_of(document(invoice("x")), internalId="3"))

    assert await found(books, scope=Scope(customers=("acme",))) == []


async def test_a_customer_that_lago_does_not_know_is_an_error():
    """A misspelt one would be in balance with nothing; of a deleted one Lago still lists the documents."""
    named = Scope(customers=("acme", "acne"))

    with pytest.raises(ConfigurationError, match="external id acne"):
        await sides(named).read_lago(Lists(customers=("acme",)), Comparison())

    gone = invoice("i", customer=lago.customer(external_id="acne"))
    await sides(named).read_lago(Lists(gone, customers=("acme",)), Comparison())


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (LedgerPage(), "the script is older than 1.1.0"),
        (LedgerPage(error=LedgerError(code="X", message="no permission")), "no permission"),
        (LedgerPage(customers=()), None),
    ],
)
async def test_customers_are_compared_where_the_script_and_the_role_show_them(page, reason):
    """Else the run says why not, and reports none as missing."""

    class Customers(Books):
        async def ask(self, question):
            self.asked.append(question)
            return Response(v=1, ledger=page)

    books, comparison = Customers(), Comparison()
    comparison.expect_customer(expected.Expected(kind="customer", lago_id="c", external_id="c", number="c"))

    assert await sides(Scope()).read_netsuite_customers(books, comparison) == reason
    assert books.asked == [LedgerQuestion(what="customers")]
    assert [each.what for each in comparison.end({})] == ["customer_missing"] * (reason is None)


async def test_netsuite_that_does_not_answer_ends_the_run():
    """With its reason."""

    class Silent(Books):
        async def ask(self, question):
            if isinstance(question, LookupQuestion):
                return ResponseOutcome(outcome=Unavailable(reason="it is away"), code="503")
            return await super().ask(question)

    with pytest.raises(StartupError, match="it is away"):
        await found(Silent(), invoice("lost"))
