"""What a first visit loads: little, and nothing from elsewhere."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, Response

from tests.browser import addresses
from tests.browser.console_server import ConsoleServer

WEIGHT_LIMIT_BYTES = 150_000


async def test_a_first_visit_weighs_at_most_150_kb(page: Page, console: ConsoleServer):
    """The page with styles and scripts, as it comes over the network without compression."""
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - Playwright wants a function

    await page.goto(console.origin, wait_until="load")

    sizes = [len(await each.body()) for each in answers if each.request.resource_type != "eventsource"]
    assert len(sizes) >= 3
    assert 0 < sum(sizes) <= WEIGHT_LIMIT_BYTES


@pytest.mark.parametrize("script", ["with", "without"])
async def test_no_page_asks_anything_of_another_server_or_breaks_its_own_policy(
    page: Page, console: ConsoleServer, script
):
    """Not a font, not a picture; and the console of the browser stays empty."""
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    found = addresses.ALL if script == "with" else addresses.OF_MENU
    if script == "without":
        await page.route("**/*.js*", lambda route: route.abort())

    for address in found:
        await page.goto(console.origin + address)

    assert [each for each in asked if not each.startswith((console.origin, "data:"))] == []
    expected = ("404",) if script == "with" else ("ERR_FAILED",)
    assert [each for each in said if not any(word in each for word in expected)] == []
