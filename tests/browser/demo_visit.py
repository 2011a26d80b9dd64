"""A person looks at the demo that stays: reads the first page, opens a period, and replays its cause."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from axe_playwright_python.async_playwright import Axe
from PIL import Image
from playwright.async_api import Page, async_playwright, expect

from tests.browser import demo_mapping_walk
from tests.browser.demo_mapping_walk import MappingWalk

LIMIT_MS = 30_000
WINDOW = {"width": 1280, "height": 800}
CLOSED = "Jun 2026"
COLOURS = 128
PICTURES = ("console-books", "console-cause")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """
    What was seen.

    Attributes:
        headlines: of the first page, before and after the replay.
        breaches: rules of axe-core that a page breaks.
        pictures: files of `PICTURES`, light and dark.
        mapping: the walk through a change of the mapping, after which the books agree.
    """

    headlines: tuple[str, str]
    breaches: Sequence[str]
    pictures: Sequence[Path]
    mapping: MappingWalk


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """
    What others do for the person.

    Attributes:
        review: takes a changed connections file and lets the worker start anew with it.
        reconcile: compares the books.
    """

    review: Callable[[Path], None]
    reconcile: Callable[[], None]


def program() -> str | None:
    """Debian's Chromium."""
    return shutil.which("chromium")


def visit(console: str, sandbox: str, folder: Path, others: Others) -> Visit:
    """Look, act, and look again; pictures go to the folder."""
    return asyncio.run(_visit(console, sandbox, folder, others))


async def _visit(console: str, sandbox: str, folder: Path, others: Others) -> Visit:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        page = await browser.new_page(viewport=WINDOW, device_scale_factor=1)
        page.set_default_timeout(LIMIT_MS)
        expect.set_options(timeout=LIMIT_MS)
        await page.goto(console)
        headline = page.get_by_role("heading", level=1)
        await expect(headline).to_contain_text("NetSuite is missing")
        await expect(page.locator(".cause")).to_have_count(4)
        before = await headline.inner_text()
        pictures = await _pictures(page, PICTURES[0], folder)
        breaches = await _breaches(page)
        await page.get_by_role("link", name=f"({CLOSED}) is closed").first.click()
        await expect(page.get_by_role("link", name="Replay 1 document")).to_be_visible()
        pictures += await _pictures(page, PICTURES[1], folder)
        breaches += await _breaches(page)
        await _open_period(sandbox)
        await page.get_by_role("link", name="Replay 1 document").click()
        await page.get_by_label("Reason").fill("the controller has opened the period")
        breaches += await _breaches(page)
        await page.get_by_role("button", name="Replay 1 document").click()
        await expect(headline).to_have_text("1 document replayed")
        await page.get_by_role("link", name="Books").click()
        await expect(headline).not_to_have_text(before)
        after = await headline.inner_text()
        breaches += await _breaches(page)
        mapping = await demo_mapping_walk.walk(
            page, console, folder, review=others.review, reconcile=others.reconcile
        )
        await browser.close()
    return Visit(headlines=(before, after), breaches=breaches, pictures=pictures, mapping=mapping)


async def _pictures(page: Page, name: str, folder: Path) -> list[Path]:
    files: list[Path] = []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        file = folder / f"{name}-{scheme}.png"
        await page.screenshot(path=file)
        with Image.open(file) as picture:
            picture.quantize(COLOURS).save(file, optimize=True)
        files.append(file)
    return files


async def _breaches(page: Page) -> list[str]:
    found: list[dict[str, Any]] = (await Axe().run(page)).response["violations"]
    return [each["id"] for each in found]


async def _open_period(sandbox: str) -> None:
    async with httpx.AsyncClient(base_url=sandbox, trust_env=False) as http:
        settings = (await http.get("/sandbox/settings")).raise_for_status().json()
        period = next(each["id"] for each in settings["periods"] if each["name"] == CLOSED)
        change = {"setting": f"periods.{period}.closed", "value": False}
        (await http.post("/sandbox/settings", json=change)).raise_for_status()
