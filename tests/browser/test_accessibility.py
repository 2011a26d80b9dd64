"""axe-core finds nothing on any page, light, dark, narrow or empty, and no page is wider than the window."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.browser import addresses, console_server, month
from tests.browser.console_server import ConsoleServer
from tests.browser.rules import broken_rules, violations

FIRST_CAUSE = ".cause h3 a"


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def shown(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ConsoleServer]:
    """One console for all tests of this module, which only look."""
    async with console_server.served(tmp_path_factory.mktemp("console"), month.records()) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def empty(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ConsoleServer]:
    """A console before the first event."""
    async with console_server.served(tmp_path_factory.mktemp("empty")) as server:
        yield server


@pytest.mark.parametrize("address", addresses.ALL)
async def test_no_page_breaks_a_rule_of_accessibility(page: Page, shown: ConsoleServer, address):
    """WCAG A and AA, and what axe-core calls best practice."""
    await page.goto(shown.origin + address)

    assert await broken_rules(page) == []


async def test_the_page_of_a_cause_breaks_none_either(page: Page, shown: ConsoleServer):
    """Its address is known by the first page only."""
    await page.goto(shown.origin)
    await page.click(FIRST_CAUSE)

    assert await broken_rules(page) == []


async def test_empty_pages_say_what_is_next(page: Page, empty: ConsoleServer):
    """And break no rule either."""
    for address in addresses.OF_MENU:
        await page.goto(empty.origin + address)

        assert await page.locator("main .empty, main .lead, main .conclusion p").count(), address
        assert await violations(page) == [], address
