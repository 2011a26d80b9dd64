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


async def test_signed_months_are_printed_without_what_is_clicked(page: Page, console: ConsoleServer):
    """Who has signed which month, with exact times and sums."""
    await page.emulate_media(media="print")
    await page.goto(f"{console.origin}/reconciliation/months")

    for hidden in ("nav", ".bar form", ".who"):
        await expect(page.locator(hidden).first).to_be_hidden()
    months = page.locator("#months tbody tr")
    await expect(months).to_have_count(1)
    for shown in ("June 2026", "controller", "June is closed.", "Open, EUR: Lago 1504.30, NetSuite 1504.30"):
        await expect(months).to_contain_text(shown)
    exact = await months.locator("time").first.evaluate("each => getComputedStyle(each, '::after').content")
    assert "2026" in exact
