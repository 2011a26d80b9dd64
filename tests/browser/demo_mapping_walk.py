"""A person changes the demo's mapping: from a cause to its back-test, a review, and books that agree."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.rules import violations

CAUSE = re.compile("Invalid subsidiary reference key 99")
BEFORE, AFTER = 'hooli_no: {subsidiary: "99"}', 'hooli_no: {subsidiary: "2"}'
DOCUMENTS = 2
UNDECODABLE = re.compile("Confluent schema 7")
IN_BALANCE = "Lago and NetSuite agree"


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingWalk:
    """
    What was seen of the mapping.

    Attributes:
        coverage: the sentence of its page.
        backtest: the sentence of the back-test.
        breaches: rules of axe-core that a page breaks.
    """

    coverage: str
    backtest: str
    breaches: list[str]


async def walk(
    page: Page,
    console: str,
    folder: Path,
    *,
    review: Callable[[Path], None],
    reconcile: Callable[[], None],
) -> MappingWalk:
    """
    Walk it.

    Args:
        page: of a browser.
        console: the first page.
        folder: for the downloaded file.
        review: takes the downloaded file, as the reviewer does; when it returns, the worker has it.
        reconcile: compares the books.
    """
    heading = page.get_by_role("heading", level=1)
    await page.goto(console)
    await page.get_by_role("link", name=CAUSE).first.click()
    await expect(page.locator("#documents tbody tr")).to_have_count(DOCUMENTS)
    await page.get_by_role("link", name="Look at the mapping").click()
    await expect(heading).to_have_text(re.compile("a rule of its own in the latest"))
    coverage, breaches = await heading.inner_text(), await violations(page)
    backtest = await _tested(page)
    breaches += await violations(page)
    await asyncio.to_thread(review, await _downloaded(page, folder))
    await _replayed(page, console)
    await _ignored(page, console)
    await asyncio.to_thread(reconcile)
    await page.goto(console)
    await expect(heading).to_have_text(IN_BALANCE)
    return MappingWalk(coverage=coverage, backtest=backtest, breaches=breaches)


async def _tested(page: Page) -> str:
    """Change one line, and give the sentence of its back-test."""
    text = page.get_by_label("The file as text")
    before = await text.input_value()
    assert BEFORE in before
    await text.fill(before.replace(BEFORE, AFTER))
    await page.get_by_role("button", name="Check the change").click()
    await expect(page.locator(".diff .added")).to_have_count(1)
    await page.locator("#backtest-why").fill("the subsidiary of Norway")
    await page.get_by_role("button", name="Back-test").click()
    await expect(page.locator("#backtest")).to_contain_text("Nothing was written.")
    return await page.locator("#backtest b").first.inner_text()


async def _downloaded(page: Page, folder: Path) -> Path:
    await page.locator("#take-why").fill("for review")
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Download the file").click()
    file = folder / "reviewed.yaml"
    await (await downloading.value).save_as(file)
    return file


async def _replayed(page: Page, console: str) -> None:
    """The documents of the cause are sent again, and written."""
    await page.goto(console)
    await page.get_by_role("link", name=CAUSE).first.click()
    await page.get_by_role("link", name=f"Replay {DOCUMENTS} documents").click()
    await page.get_by_label("Reason").fill("the subsidiary is right now")
    await page.get_by_role("button", name=f"Replay {DOCUMENTS} documents").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("replayed")
    await page.goto(console)
    await expect(page.get_by_role("link", name=CAUSE)).to_have_count(0)


async def _ignored(page: Page, console: str) -> None:
    """What nobody can read must not be in NetSuite."""
    await page.goto(console)
    await page.get_by_role("link", name=UNDECODABLE).first.click()
    await page.get_by_role("link", name="They must not be in NetSuite").click()
    await page.get_by_label("Reason").fill("no webhook of Lago's")
    await page.locator("main form button.go").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("closed")
