"""What axe-core finds on a page."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page


async def violations(page: Page, *rules: str) -> list[str]:
    """The rule, and where it is broken; of all rules, or of some."""
    options: dict[str, Any] = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    found = (await Axe().run(page, options=options)).response["violations"]
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]
