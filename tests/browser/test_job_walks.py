"""Books are compared, filled and signed off from their pages, which show meanwhile how far it is."""

from __future__ import annotations

from playwright.async_api import Page, expect

from consumer.console.job import StartJob, StopJob
from tests.browser import month
from tests.browser.console_server import ConsoleServer
from tests.browser.test_walks import reach


async def test_from_a_comparison_to_a_month_that_is_signed_off(page: Page, console: ConsoleServer):
    """It is watched, and finds a difference, which is accepted; then the books agree, and July is signed."""
    await page.goto(f"{console.origin}/reconciliation")
    headline = page.get_by_role("heading", level=1)
    await page.locator("#compare-why").fill("the end of July")
    await page.get_by_role("button", name="Compare", exact=True).click()
    await expect(headline).to_have_text("Comparison of netsuite-eu is under way")

    console.job(step="reads Lago's invoices", done=1_200)
    await expect(page.locator("main")).to_contain_text("It reads Lago's invoices: 1,200")
    difference = month.difference(month.UNMAPPED_NUMBER, "inv-1", month.UNMAPPED_AMOUNT, "not mapped")
    console.take(
        month.reconciled(
            "found", offset=2, outcome="not_in_balance", difference_count=1, differences=[difference],
            ended_at=month.text_ago(),
        )
    )  # fmt: skip
    console.job(state="differs", said="Not in balance: 1 difference", result={"run_id": "found"})
    await expect(headline).to_have_text("Not in balance: 1 difference")

    await page.get_by_role("link", name="What it has found").click()
    await page.get_by_label("Difference", exact=True).select_option(index=1)
    await page.locator("#accept-why").fill("agreed with the customer")
    await page.get_by_role("button", name="Accept it").click()
    await expect(headline).to_contain_text("accepted")
    await page.get_by_role("link", name="Back", exact=True).click()
    await page.locator("#compare-why").fill("once more")
    await page.get_by_role("button", name="Compare", exact=True).click()
    console.take(month.reconciled("agrees", offset=3, ended_at=month.text_ago(seconds=-1)))
    console.job(state="done", said="In balance: 78 documents agree", result={"run_id": "agrees"})
    await expect(headline).to_have_text("In balance: 78 documents agree")

    await page.get_by_role("link", name="What it has found").click()
    await page.locator("#sign-why").fill("checked")
    await page.get_by_role("button", name="Sign off").click()
    await expect(headline).to_contain_text("Signed off")
    await page.get_by_role("link", name="Back", exact=True).click()
    await expect(page.locator("#months tbody tr").first).to_contain_text("July 2026")
    await page.get_by_role("link", name="All signed months, for print").click()
    await expect(page.locator("#months tbody tr")).to_have_count(2)
    assert [type(each) for each in console.job_acts] == [StartJob, StartJob]


async def test_a_backfill_is_planned_sent_watched_and_stopped_by_keyboard(page: Page, console: ConsoleServer):
    """The plan says what would be sent; what is typed outlives the progress of the page."""
    await page.goto(f"{console.origin}/backfill")
    headline = page.get_by_role("heading", level=1)
    await reach(page, "plan-why")
    await page.keyboard.type("the webhooks of Tuesday")
    await page.keyboard.press("Enter")
    await expect(headline).to_have_text("Plan of a backfill of netsuite-eu is under way")
    console.job(
        state="done", said="12 events would be sent", result={"plan": month.PLAN}, ended_at=month.text_ago()
    )
    await expect(page.locator("#plan")).to_contain_text("18,051.60 EUR")
    await expect(page.locator("#plan")).to_contain_text("1 of these lie in closed periods")

    await reach(page, "go-why")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/jobs/job-2")
    console.job(step="sends", done=3, total=12)
    await expect(page.get_by_role("progressbar")).to_have_attribute("value", "3")
    await reach(page, "stop-why")
    await page.keyboard.type("too ")
    console.job(step="sends", done=6, total=12)
    await expect(page.get_by_role("progressbar")).to_have_attribute("value", "6")
    await page.keyboard.type("early")
    await page.keyboard.press("Enter")

    await expect(headline).to_have_text("It was stopped before it was done")
    planned, sent, stopped = console.job_acts
    assert isinstance(planned, StartJob)
    assert isinstance(sent, StartJob)
    assert isinstance(stopped, StopJob)
    assert (planned.command, sent.command, sent.plan) == ("backfill_plan", "backfill", "job-1")
    assert stopped.reason == "too early"
