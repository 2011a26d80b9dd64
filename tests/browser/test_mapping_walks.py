"""From books that are out of balance to a changed mapping, its back-test, its review, and a replay."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser import month
from tests.browser.console_server import ConsoleServer
from tests.browser.rules import broken_rules
from tests.browser.test_walks import IN_BALANCE, OUT_OF_BALANCE, REASON, UNMAPPED, follow, reach

METRIC = "    billable_metrics:\n"
GPU = "      gpu_hours:\n        id: '820'\n"
WRONG = "      gpu_hours: [820\n"
TESTED = "With the draft: every line has a rule of its own."


def heading(page: Page):
    """The sentence of a page."""
    return page.get_by_role("heading", level=1)


async def test_a_cause_is_mapped_back_tested_reviewed_and_replayed(
    page: Page, console: ConsoleServer, tmp_path: Path
):
    """The console writes no configuration: a reviewer puts the file in its place, here the test."""
    await page.goto(console.origin)
    await expect(heading(page)).to_have_text(OUT_OF_BALANCE)
    await page.get_by_role("link", name=UNMAPPED, exact=True).click()
    await expect(page.locator("#documents tbody tr")).to_have_count(2)
    await page.get_by_role("link", name="Look at the mapping").click()
    await expect(heading(page)).to_have_text("Nothing books 468.25 USD in the latest 3 events")
    before = await page.get_by_label("The file as text").input_value()

    await page.get_by_label("The file as text").fill(before.replace(METRIC, METRIC + WRONG))
    await page.get_by_role("button", name="Check the change").click()
    await expect(heading(page)).to_have_text("1 error in this draft")
    await expect(page.locator(".wrong")).to_contain_text("Is not YAML")
    assert await broken_rules(page) == []
    await page.get_by_label("The draft as text").fill(before.replace(METRIC, METRIC + GPU))
    await page.get_by_role("button", name="Check the change").click()
    await expect(page.locator(".diff .added")).to_have_count(2)
    await expect(page.locator(".diff .added").first).to_contain_text("+ added")

    await page.locator("#backtest-why").fill("map gpu_hours")
    await page.get_by_role("button", name="Back-test").click()
    await expect(page.get_by_text(TESTED)).to_be_visible()
    await expect(page.locator("#backtest")).to_contain_text("+468.25 USD")
    assert await broken_rules(page) == []
    await page.locator("#take-why").fill("for review")
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Download the file").click()
    reviewed = tmp_path / "reviewed.yaml"
    await (await downloading.value).save_as(reviewed)
    assert console.configuration.read_text() == before
    console.configuration.write_bytes(reviewed.read_bytes())

    await page.goto(f"{console.origin}/mapping")
    await expect(heading(page)).to_have_text("Every line has a rule of its own in the latest 3 events")
    await replayed(page, console)
    await settled(page, console)
    assert [(each.name, each.reason) for each in console.audited] == [
        ("backtest", "map gpu_hours"),
        ("download", "for review"),
    ]


async def replayed(page: Page, console: ConsoleServer) -> None:
    """The documents of the cause are written."""
    await page.goto(console.origin)
    await page.get_by_role("link", name=UNMAPPED, exact=True).click()
    await page.get_by_role("link", name="Replay 2 documents").click()
    await page.get_by_label(REASON).fill("the item is mapped now")
    await page.get_by_role("button", name="Replay 2 documents").click()
    await expect(heading(page)).to_have_text("2 documents replayed")


async def settled(page: Page, console: ConsoleServer) -> None:
    """What is open besides is entered by hand, and the books are compared anew."""
    for error_id in ("error-3", "error-4", "error-5"):
        await page.goto(f"{console.origin}/failures/{error_id}")
        await page.get_by_label(REASON).fill("entered by hand")
        await page.get_by_role("button", name="It is in NetSuite, entered by hand").click()
    await page.get_by_role("link", name="Books").click()
    console.take(month.reconciled("anew", offset=2, ended_at=month.text_ago()))
    await expect(heading(page)).to_have_text(IN_BALANCE)


async def test_a_mapping_is_changed_by_keyboard_alone(page: Page, console: ConsoleServer):
    """Nobody is caught in the text: Tab leaves it."""
    await page.goto(console.origin)
    await follow(page, UNMAPPED)
    await page.wait_for_url("**/causes/*")
    await follow(page, "Look at the mapping")
    await expect(heading(page)).to_have_text("Nothing books 468.25 USD in the latest 3 events")

    await reach(page, "text")
    await page.keyboard.press("Control+End")
    await page.keyboard.type("# mapped next month")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/mapping/drafts/*")
    await expect(page.locator(".diff .added")).to_contain_text("# mapped next month")
    await reach(page, "backtest-why")
    await page.keyboard.type("a remark")
    await page.keyboard.press("Enter")

    await expect(page.locator("#backtest")).to_contain_text("no difference")
    await reach(page, "take-why")
    await page.keyboard.type("for review")
    async with page.expect_download() as downloading:
        await page.keyboard.press("Enter")
    assert (await downloading.value).suggested_filename == "connections.yaml"


async def test_what_is_typed_into_the_file_outlives_a_change_of_the_page(page: Page, console: ConsoleServer):
    """A page that fetches itself again takes no text away, nor the place in it."""
    await page.goto(f"{console.origin}/mapping")
    await expect(heading(page)).to_have_text("Nothing books 468.25 USD in the latest 3 events")
    await page.get_by_label("The file as text").fill("half a sen")

    console.take(month.failed(6, "HOO-NEW", month.CLOSED, "1.00", "EUR", "period_closed"))
    await expect(page.locator("#menu")).to_contain_text("Needs action 7")
    await page.keyboard.type("tence")

    await expect(page.get_by_label("The file as text")).to_have_value("half a sentence")
