"""What people do with the console, step by step, as they do it in a browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page, expect

from consumer.console.context import AcceptanceAct, Act, RunAct, SignOffAct
from tests.browser import month
from tests.browser.console_server import ConsoleServer
from tests.browser.rules import broken_rules
from tests.support import topic_records as topics

UNMAPPED = "No NetSuite item is mapped for charge 'gpu_hours' (GPU hours)"
OUT_OF_BALANCE = "NetSuite is missing 2,053.20 EUR and 468.25 USD"
IN_BALANCE = "Lago and NetSuite agree"
REASON = "Reason, for the audit"
LONGEST_WALK_TABS = 80
HOSTILE = (
    """<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>"""
    """'"`${7*7}{{7*7}}\u202e"""
)


async def test_out_of_balance_to_in_balance(page: Page, console: ConsoleServer):
    """The first page names the sum; its cause leads to the documents, their replay, and books that agree."""
    await page.goto(console.origin)
    await expect(page.get_by_role("heading", level=1)).to_have_text(OUT_OF_BALANCE)

    await page.get_by_role("link", name=UNMAPPED, exact=True).click()
    await expect(page.locator("#documents tbody tr")).to_have_count(2)
    await page.get_by_role("link", name="Replay 2 documents").click()
    await expect(page.locator(".conclusion")).to_contain_text("2 documents: 468.25 USD.")
    await page.get_by_label(REASON).fill("the item is mapped now")
    await page.get_by_role("button", name="Replay 2 documents").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("2 documents replayed")

    await page.get_by_role("link", name="Books").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("NetSuite is missing 2,053.20 EUR")
    for error_id in ("error-3", "error-4", "error-5"):
        await page.goto(f"{console.origin}/failures/{error_id}")
        await page.get_by_label(REASON).fill("entered by hand")
        await page.get_by_role("button", name="It is in NetSuite, entered by hand").click()
    await page.get_by_role("link", name="Books").click()
    await expect(page.get_by_role("heading", level=1)).not_to_contain_text("missing")
    console.take(month.reconciled("anew", offset=2, ended_at=month.text_ago()))
    await expect(page.get_by_role("heading", level=1)).to_have_text(IN_BALANCE)
    await expect(page.locator(".conclusion")).to_contain_text("Compared")
    assert [act.name for act in console.acts if isinstance(act, Act)] == [
        "replay",
        "synced",
        "synced",
        "synced",
    ]
    assert console.acts[0].reason == "the item is mapped now"


async def test_a_difference_is_accepted_and_a_month_signed_off(page: Page, console: ConsoleServer):
    """Each by its own form, with its own reason; the month that has ended is filled in."""
    await page.goto(f"{console.origin}/reconciliation")
    await page.get_by_label("Difference", exact=True).select_option(index=1)
    await page.locator("#accept-why").fill("agreed with the customer")
    await page.get_by_role("button", name="Accept it").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("accepted")

    await page.get_by_role("link", name="Back", exact=True).click()
    await page.locator("#sign-why").fill("checked")
    await page.get_by_role("button", name="Sign off").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Signed off")

    accepted, signed = console.acts
    assert isinstance(accepted, AcceptanceAct)
    assert isinstance(signed, SignOffAct)
    assert (accepted.reason, signed.reason) == ("agreed with the customer", "checked")
    assert str(signed.month) == f"{month.NOW.replace(day=1) - timedelta(days=1):%Y-%m}"


async def test_the_walk_by_keyboard_alone(page: Page, console: ConsoleServer):
    """Every step is reached by Tab and taken by Enter, and what is focused is visible."""
    await page.goto(console.origin)

    await follow(page, UNMAPPED)
    await page.wait_for_url("**/causes/*")
    await follow(page, "Replay 2 documents")
    await page.wait_for_url("**/acts/replay?*")
    await reach(page, "why")
    await page.keyboard.type("the item is mapped now")
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("heading", level=1)).to_have_text("2 documents replayed")
    await follow(page, "Books")
    await expect(page.get_by_role("heading", level=1)).to_have_text("NetSuite is missing 2,053.20 EUR")


async def test_a_replay_is_slowed_down_paused_and_resumed_by_keyboard_alone(
    page: Page, console: ConsoleServer
):
    """From its cause over its figures to the end; each step is typed, and what is typed is the reason."""
    await page.goto(console.origin)
    headline = page.get_by_role("heading", level=1)

    await follow(page, UNMAPPED)
    await page.wait_for_url("**/causes/*")
    await follow(page, "Replay 2 documents")
    await expect(page.locator(".conclusion")).to_contain_text("2 documents: 468.25 USD.")
    await expect(page.locator(".conclusion")).to_contain_text("closed periods")
    await reach(page, "why")
    await page.keyboard.type("the item is mapped now")
    await reach(page, "rate")
    await page.keyboard.press("Control+A")
    await page.keyboard.type("0.5")
    await page.keyboard.press("Enter")

    await expect(headline).to_have_text("Replaying: 1 of 2")
    await reach(page, "why")
    await page.keyboard.type("the month ends")
    await page.keyboard.press("Enter")
    await expect(headline).to_have_text("Paused after 1 of 2")
    assert await broken_rules(page) == []
    await reach(page, "why")
    await page.keyboard.type("it has ended")
    await page.keyboard.press("Enter")

    await expect(headline).to_have_text("Replayed: 2 of 2")
    assert await broken_rules(page) == []
    begun, paused, resumed = console.acts
    assert isinstance(begun, Act)
    assert isinstance(paused, RunAct)
    assert isinstance(resumed, RunAct)
    assert begun.rate_per_s == 0.5
    assert (paused.steering, paused.reason) == ("pause", "the month ends")
    assert (resumed.steering, resumed.reason) == ("resume", "it has ended")


async def test_the_first_tab_skips_the_menu(page: Page, console: ConsoleServer):
    """Whoever reads by keyboard does not pass the menu on every page."""
    await page.goto(console.origin)

    await page.keyboard.press("Tab")
    await expect(page.locator(":focus")).to_have_text("To the content")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")

    await expect(page.locator("main :focus")).to_have_count(1)


async def test_everything_but_live_updates_works_without_scripts(chromium: Browser, console: ConsoleServer):
    """Links, search, forms."""
    async with await chromium.new_context(java_script_enabled=False) as context:
        page = await context.new_page()
        await page.goto(console.origin)
        await page.get_by_role("link", name=UNMAPPED, exact=True).click()
        await page.get_by_role("link", name="Replay 2 documents").click()
        await page.get_by_label(REASON).fill("the item is mapped now")
        await page.get_by_role("button", name="Replay 2 documents").click()

        await expect(page.get_by_role("heading", level=1)).to_have_text("2 documents replayed")


async def test_a_number_is_searched_for(page: Page, console: ConsoleServer):
    """What is typed from an invoice leads to its failure and to the document."""
    await page.goto(console.origin)

    await page.get_by_role("searchbox").fill(month.CLOSED_NUMBER)
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name=month.CLOSED_NUMBER).click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("is not in NetSuite")
    await page.get_by_role("link", name=f"Invoice {month.CLOSED_NUMBER}").click()

    await expect(page.locator(".sides")).to_contain_text("548.90 EUR")
    await expect(page.get_by_role("link", name="in Lago")).to_have_attribute("href", month.IN_LAGO)


async def test_every_number_of_the_first_page_leads_to_its_rows(page: Page, console: ConsoleServer):
    """The count is that of the rows."""
    await page.goto(console.origin)

    await page.get_by_role("link", name="2 documents").click()
    await expect(page.locator("#documents tbody tr")).to_have_count(2)
    await page.goto(console.origin)
    await page.locator("dd a", has_text="58").click()
    await expect(page.locator("main tbody tr")).to_have_count(50)
    await page.get_by_role("link", name="Next page").click()
    await expect(page.locator("main tbody tr")).to_have_count(8)
    await page.goto(console.origin)
    await page.get_by_role("link", name="2 missing").first.click()
    await expect(page.locator("#differences tbody tr")).to_have_count(3)


async def test_what_is_typed_outlives_a_change_of_the_page(page: Page, console: ConsoleServer):
    """A page that fetches itself again takes no text, no focus and no unfolded part away."""
    await page.goto(f"{console.origin}/failures/error-1")
    await page.get_by_text("The message as it came").click()
    await page.get_by_label(REASON).press_sequentially("half a sen")

    console.take(month.failed(6, "HOO-NEW", month.CLOSED, "1.00", "EUR", "period_closed"))
    await expect(page.locator("#menu")).to_contain_text("Needs action 7")
    await page.keyboard.type("tence")

    await expect(page.get_by_label(REASON)).to_have_value("half a sentence")
    await expect(page.locator("details pre")).to_be_visible()


async def test_a_broker_that_goes_away_and_comes_back(page: Page, console: ConsoleServer):
    """Open pages say so and stay readable; the notice goes by itself."""
    await page.goto(console.origin)

    console.kafka_is_away()
    await expect(page.get_by_role("status")).to_contain_text("Kafka does not answer")
    await expect(page.get_by_role("status")).to_contain_text("12 min ago")
    await expect(page.get_by_role("heading", level=1)).to_have_text(OUT_OF_BALANCE)

    console.kafka_is_back()
    await expect(page.get_by_text("Kafka does not answer")).to_have_count(0)


async def test_a_console_that_goes_away_and_comes_back(page: Page, console: ConsoleServer):
    """The page says how old it is, and is the latest again afterwards."""
    await page.goto(console.origin)

    await console.stop()
    await expect(page.locator("#live")).to_be_visible()
    await expect(page.locator("#live time")).to_contain_text("ago")
    console.take(month.failed(6, "HOO-NEW", month.CLOSED, "1.00", "EUR", "period_closed"))
    console.start()

    await expect(page.locator("#live")).to_be_hidden()
    await expect(page.locator("#menu")).to_contain_text("Needs action 7")


@pytest.mark.parametrize("address", ["/", "/needs-action", "/failures/error-9", "/search?q=HOO", "/audit"])
async def test_hostile_texts_are_text(page: Page, console: ConsoleServer, address):
    """Whatever customers, documents and people call themselves: nothing of it is run or moves the page."""
    console.take(
        month.failed(9, f"HOO-{HOSTILE}", HOSTILE, "5.00", HOSTILE[:3], "invalid_mapping", hint=HOSTILE * 9),
        topics.acted(offset=2, actor=HOSTILE, reason=HOSTILE, at=month.text_ago()),
    )

    await page.goto(console.origin + address)

    await expect(page.locator("main")).to_contain_text("<script>document.title")
    assert "owned" not in await page.title() or "<script>" in await page.title()
    assert await page.locator("main img, main script").count() == 0
    assert not await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


async def reach(page: Page, element_id: str) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(LONGEST_WALK_TABS):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.id") == element_id:
            return
    pytest.fail(f"#{element_id} is not reached by Tab")


async def follow(page: Page, text: str) -> None:
    """Press Tab until the link with this text has the focus, then Enter."""
    for _ in range(LONGEST_WALK_TABS):
        await page.keyboard.press("Tab")
        focused = page.locator("a:focus")
        if await focused.count() and (await focused.inner_text()).strip() == text:
            outline = await focused.evaluate("each => getComputedStyle(each).outlineStyle")
            assert outline == "solid"
            await page.keyboard.press("Enter")
            return
    pytest.fail(f"{text} is not reached by Tab")
