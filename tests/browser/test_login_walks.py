"""Who logs in at a provider, in a browser: what a lost session costs, and what a viewer may not do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest_asyncio
from playwright.async_api import Page, expect

from consumer.console.login.login import Login
from consumer.console.login.registration import Registration
from consumer.sandbox.broker import free_port
from tests.browser import console_server, month
from tests.browser.console_server import HOST, ConsoleServer
from tests.browser.rules import violations
from tests.support import login_provider
from tests.support.login_provider import CLIENT_ID, CLIENT_SECRET, LoginProvider

REASON = "Reason, for the audit"
SESSION_LIFE_S = 3_600
GROUPS = (("operator", frozenset({"finance"})), ("viewer", frozenset({"auditors"})))


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """A console, and the provider where people log in."""

    console: ConsoleServer
    provider: LoginProvider


@pytest_asyncio.fixture(loop_scope="session")
async def guarded(tmp_path: Path) -> AsyncIterator[Guarded]:
    """A console with a login."""
    port, provider = free_port(), LoginProvider(clock=None)
    origin = f"http://{HOST}:{port}"

    def login(sessions: Any, clock: Any) -> Login:
        provider.clock = clock
        registration = Registration(
            issuer=provider.issuer, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, origin=origin,
            groups=GROUPS,
        )  # fmt: skip
        return Login.at(registration, sessions.signed("login"), clock)

    settings = {"port": port, "origin": origin, "login": login}
    async with (
        login_provider.served(provider),
        console_server.served(tmp_path, month.records(), **settings) as console,
    ):
        yield Guarded(console=console, provider=provider)
        await console.context.login.http.aclose()


async def test_a_form_outlives_the_session(page: Page, guarded: Guarded):
    """What was typed comes back after the login, and is done once it is sent again."""
    await page.goto(f"{guarded.console.origin}/failures/error-1")
    await page.get_by_label(REASON).fill("the item is mapped now")

    guarded.console.clock.advance(SESSION_LIFE_S + 1)
    await page.get_by_role("button", name="Replay").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Your login has ended")
    assert await violations(page) == []
    await page.get_by_role("link", name="Log in and go on").click()
    assert guarded.console.acts == []
    await expect(page.get_by_label(REASON)).to_have_value("the item is mapped now")
    assert await violations(page) == []
    await page.locator("main form button").first.click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("1 document replayed")
    [act] = guarded.console.acts
    assert (act.actor, act.reason) == ("ada@example.com", "the item is mapped now")


async def test_a_page_whose_session_has_ended_says_so_and_keeps_what_is_typed(page: Page, guarded: Guarded):
    """When it would have fetched itself again; its link leads to the login and back."""
    await page.goto(f"{guarded.console.origin}/failures/error-1")
    await page.get_by_label(REASON).fill("half a sentence")

    guarded.console.clock.advance(SESSION_LIFE_S + 1)
    guarded.console.context.changes.happened()

    await expect(page.locator("#ended")).to_be_visible()
    await expect(page.get_by_label(REASON)).to_have_value("half a sentence")
    async with page.context.expect_page() as opened:
        await page.get_by_role("link", name="log in").click()
    again = await opened.value
    await again.wait_for_url("**/failures/error-1")
    await expect(again.get_by_label(REASON)).to_be_visible()


async def test_a_viewer_may_look_and_is_refused_an_act(page: Page, guarded: Guarded):
    """There is no form for a viewer; one that is open from before is refused with a sentence, and audited."""
    await page.goto(f"{guarded.console.origin}/failures/error-1")
    await page.get_by_label(REASON).fill("the item is mapped now")
    guarded.provider.claims["groups"] = ["auditors"]
    guarded.console.clock.advance(SESSION_LIFE_S + 1)
    await page.get_by_role("button", name="Replay").click()
    await page.get_by_role("link", name="Log in and go on").click()
    await page.locator("main form button").first.click()

    await expect(page.get_by_role("heading", level=1)).to_contain_text("needs the role operator")
    assert guarded.console.acts == []
    assert ("act_refused", "ada@example.com") in {(each.name, each.actor) for each in guarded.console.audited}
    await page.goto(f"{guarded.console.origin}/failures/error-1")
    await expect(page.locator(".who")).to_have_text("ada@example.com, viewer")
    await expect(page.locator("main form")).to_have_count(0)


async def test_a_person_logs_out(page: Page, guarded: Guarded):
    """And is asked for a login afterwards."""
    await page.goto(guarded.console.origin)

    await page.get_by_role("button", name="Log out").click()

    await expect(page.get_by_role("heading", level=1)).to_have_text("You are logged out")
    assert await violations(page) == []
