"""A reconciliation on paper: the proof, with exact times, and nothing to click."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.browser.console_server import ConsoleServer


async def test_a_reconciliation_is_printed_as_a_document(page: Page, console: ConsoleServer):
    """In black on white, with the badge, the differences and the totals."""
    await page.emulate_media(media="print", color_scheme="dark")
    await page.goto(f"{console.origin}/reconciliation")

    for hidden in ("nav", ".bar form", ".who", ".history"):
        await expect(page.locator(hidden).first).to_be_hidden()
    for shown in (".badge", "#differences", "h1"):
        await expect(page.locator(shown).first).to_be_visible()
    exact = await page.locator("h1 ~ p time").evaluate("each => getComputedStyle(each, '::after').content")
    assert "2026" in exact
    colour = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert colour == "rgb(255, 255, 255)"
    assert len(await page.pdf()) > 10_000
