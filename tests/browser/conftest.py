"""One Chromium for all tests of this folder, and a page of its own for each."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.browser import console_server, month
from tests.browser.console_server import ConsoleServer

FOLDER = Path(__file__).parent
LIMIT_MS = 15_000
"""Of every wait for a state of a page; Playwright's own of `expect` is another one."""
DESK = {"width": 1280, "height": 800}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of a process run on one loop, so that it starts one browser."""
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium; `.ci/run` installs it."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no chromium: apt-get install chromium")
    async with async_playwright() as playwright:
        # Containers of CI run as root, for whom Chromium has no sandbox.
        expect.set_options(timeout=LIMIT_MS)
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def console(tmp_path: Path) -> AsyncIterator[ConsoleServer]:
    """A console of its own for a test that acts."""
    async with console_server.served(tmp_path, month.records()) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Browser) -> AsyncIterator[Page]:
    """An empty page of a new session at a desk."""
    async with await chromium.new_context(viewport=DESK) as context:
        context.set_default_timeout(LIMIT_MS)
        yield await context.new_page()
