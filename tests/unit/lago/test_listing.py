"""Pages of Lago's lists, several of a long one side by side."""

from __future__ import annotations

import asyncio

import pytest

from consumer.lago import listing
from consumer.lago.lookup_result import Failed
from consumer.lago.reply import Body

FULL = listing.ROWS_PER_PAGE


class Lago:
    """A list of so many rows; answers come in another order than the questions."""

    def __init__(self, count, failing=None):
        self.count, self.failing, self.asked, self.at_once, self.most = count, failing, [], 0, 0

    async def get(self, path, *, resource, params):
        page = params["page"]
        self.asked.append(page)
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        for _ in range(20 - page % 7):
            await asyncio.sleep(0)
        self.at_once -= 1
        if page == self.failing:
            return Failed(reason="away")
        rows = range((page - 1) * FULL, min(page * FULL, self.count))
        return Body(content={"payments": [{"lago_id": number} for number in rows]}, size_bytes=1)

    def misplaced(self):
        return Failed(reason="misplaced")

    async def read(self, **options):
        found = listing.pages(self, "payments", "payments", resource="payment", **options)
        return [page async for page in found]


@pytest.mark.parametrize("count", [0, 1, FULL - 1, FULL, FULL * 7, FULL * 30 + 1])
async def test_every_row_comes_once_and_in_lagos_order(count):
    """Whatever the order of the answers."""
    lago = Lago(count)

    pages = await lago.read(at_once=8)

    assert [row["lago_id"] for page in pages for row in page.rows] == list(range(count))
    assert lago.most <= 8


async def test_a_short_list_costs_no_page_more_and_a_long_one_few():
    """The first page is asked for alone, then twice as many as the time before."""
    short, long = Lago(FULL - 1), Lago(FULL * 40)
    await short.read(at_once=8)
    await long.read(at_once=8)

    assert short.asked == [1]
    assert len(long.asked) <= 40 + 8
    assert long.most == 8


async def test_pages_are_asked_for_one_by_one_unless_more_are_wanted():
    """As the worker does, whose lists are short."""
    lago = Lago(FULL * 3 + 1)
    await lago.read()

    assert (lago.asked, lago.most) == ([1, 2, 3, 4], 1)


async def test_a_failure_is_the_last_that_comes():
    """After the pages before it."""
    pages = await Lago(FULL * 40, failing=6).read(at_once=8)

    assert [isinstance(page, Failed) for page in pages] == [False] * 5 + [True]


async def test_a_list_without_end_ends():
    """With a failure, after so many pages."""
    lago = Lago(FULL * 1_000)

    pages = await lago.read(at_once=8, max_pages=20)

    assert (len(lago.asked), len(pages)) == (20, 21)
    assert "does not end within 2000 rows" in pages[-1].reason
