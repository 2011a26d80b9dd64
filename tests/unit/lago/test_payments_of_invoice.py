"""All payments of an invoice are found, whatever Lago's paging says of their number."""

import httpx
import pytest

from consumer.clock import FakeClock
from consumer.lago import listing
from consumer.lago.api import Failed, LagoApi, Listed
from tests.support import lago
from tests.support.connection_files import connection

INVOICE = "5f0c"


class Lago:
    """Pages of a list, or one answer to everything."""

    def __init__(self, *pages, answer=None):
        self.pages = pages
        self.answer = answer
        self.requests = []
        self.waits_s = []
        self.clock = FakeClock()

    async def respond(self, request):
        self.requests.append(request)
        if self.answer is not None:
            return httpx.Response(self.answer[0], json=self.answer[1])
        number = int(request.url.params["page"])
        rows = self.pages[number - 1] if number <= len(self.pages) else []
        # The count is stale: it promises more than there is.
        meta = {"current_page": number, "next_page": number + 1, "total_count": 9_999}
        return httpx.Response(200, json={"payments": rows, "meta": meta})

    async def sleep(self, seconds):
        self.waits_s.append(seconds)
        self.clock.advance(seconds)

    async def payments(self):
        chosen = connection(lago={"api_url": "https://api.lago.example", "api_key": "lago-key-7c1e"})
        transport = httpx.MockTransport(self.respond)
        api = LagoApi(chosen, clock=self.clock, transport=transport, sleep=self.sleep)
        return await api.payments_of_invoice(INVOICE)


def payments(first, count):
    return [lago.payment(lago_id=f"p-{number}") for number in range(first, first + count)]


async def test_the_payments_of_one_invoice_are_asked_for():
    """By Lago's filter, which finds payment requests that hold the invoice, too."""
    server = Lago(payments(0, 2))

    assert await server.payments() == Listed(rows=tuple(payments(0, 2)))
    [request] = server.requests
    assert request.url.path == "/api/v1/payments"
    assert dict(request.url.params) == {"invoice_id": INVOICE, "page": "1", "per_page": "100"}


@pytest.mark.parametrize("rest", [0, 1, 99])
async def test_pages_are_read_until_one_is_short(rest):
    """Neither the total nor the next page in Lago's ``meta`` is used."""
    server = Lago(payments(0, 100), payments(100, 100), payments(200, rest))

    answer = await server.payments()

    assert [row["lago_id"] for row in answer.rows] == [f"p-{number}" for number in range(200 + rest)]
    assert len(server.requests) == 3


async def test_a_row_that_moved_to_the_next_page_counts_once():
    """A payment that is recorded meanwhile pushes all others on."""
    server = Lago(payments(0, 100), payments(99, 5))

    answer = await server.payments()

    assert [row["lago_id"] for row in answer.rows] == [f"p-{number}" for number in range(104)]


async def test_pages_are_asked_for_at_no_more_than_fifty_a_second():
    """Lago's limit holds for an organisation, all keys together."""
    server = Lago(payments(0, 100), payments(100, 100), [])

    await server.payments()

    assert server.waits_s == pytest.approx([1 / 49, 1 / 49])


async def test_a_list_without_an_end_is_a_failure():
    """A proxy that ignores the page must not hold a worker for ever."""
    server = Lago(*[payments(0, 100)] * (listing.MAX_PAGES + 5))

    answer = await server.payments()

    assert answer == Failed(reason="Lago's list of payments does not end within 10000 rows")
    assert len(server.requests) == listing.MAX_PAGES


@pytest.mark.parametrize(
    ("status", "content", "sentence"),
    [
        (403, {"code": "read_action_not_allowed_for_payment"}, "may not read payments (HTTP 403)"),
        (403, {"code": "read_action_not_allowed_for_credit_note"}, "may not read credit notes (HTTP 403)"),
        (403, {"code": "feature_unavailable"}, "valid and allowed to read payments"),
        (401, None, "valid and allowed to read payments"),
        (200, {"payments": {"lago_id": "1"}}, "does not lead to Lago's API"),
        (200, {"payments": ["1"]}, "does not lead to Lago's API"),
        (200, {}, "does not lead to Lago's API"),
        (200, [], "does not lead to Lago's API"),
        (422, {"code": "validation_errors"}, "does not lead to Lago's API (HTTP 422)"),
    ],
)
async def test_a_refusal_names_what_the_key_may_not_do_and_the_setting(status, content, sentence):
    """A person has to change the key in Lago, or the address in connections.yaml."""
    answer = await Lago(answer=(status, content)).payments()

    assert isinstance(answer, Failed)
    assert sentence in answer.reason
    assert "lago.api_" in answer.reason


@pytest.mark.parametrize("code", ["invoice_not_found", "payment_not_found"])
async def test_an_invoice_that_lago_does_not_know_has_no_payments(code):
    """It may have been deleted as a draft."""
    assert await Lago(answer=(404, {"status": 404, "code": code})).payments() == Listed(rows=())
