"""What axe-core finds on a page."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

TELEPHONE = {"width": 390, "height": 844}
HALF_A_DESK = {"width": 640, "height": 400}
"""A window of 1280 by 800 at 200 % zoom."""
DESK = {"width": 1280, "height": 800}
NARROW_RULES = ("scrollable-region-focusable", "target-size")


async def violations(page: Page, *rules: str) -> list[str]:
    """The rule, and where it is broken; of all rules, or of some."""
    options: dict[str, Any] = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    found = (await Axe().run(page, options=options)).response["violations"]
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]


async def broken_rules(page: Page) -> list[str]:
    """What is wrong with a page in light and dark, on a telephone, and at 200 % zoom."""
    await page.emulate_media(color_scheme="light")
    found = await violations(page)
    await page.emulate_media(color_scheme="dark")
    found += [f"dark: {each}" for each in await violations(page, "color-contrast")]
    for window in (TELEPHONE, HALF_A_DESK):
        await page.set_viewport_size(window)
        if await page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{window['width']}: wider than the window")
    found += [f"narrow: {each}" for each in await violations(page, *NARROW_RULES)]
    await page.set_viewport_size(DESK)
    return found
