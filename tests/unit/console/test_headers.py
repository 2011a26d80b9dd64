"""Every route of the console, also one added tomorrow, answers with the headers that keep others out."""

from __future__ import annotations

import re

import pytest
from starlette.routing import Mount

from consumer.console import routes
from consumer.console.access import HEADERS

PATHS = [
    re.sub(r"\{\w+\}", "netsuite-eu", each.path)
    if not isinstance(each, Mount)
    else f"{each.path}/console.css"
    for each in (*routes.PAGES, *routes.ACTS, *routes.PUBLIC)
]
ATTRIBUTES = re.compile(r"\son\w+\s*=|\sstyle\s*=|javascript:", re.IGNORECASE)
SCRIPTS = re.compile(r"<script(?![^>]*\ssrc=\"/static/)|<style|<iframe|<object|<base", re.IGNORECASE)


@pytest.mark.parametrize("path", [*PATHS, "/unknown", "/api/v1/unknown", "/static/unknown"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_every_answer_has_them(console, path, method):
    """Also what is refused, redirected or not there."""
    console.context.changes.end()

    answer = await console.http.request(method, path)

    assert answer.status_code < 500
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    is_static = path == "/static/console.css"
    assert answer.headers["cache-control"] == ("max-age=86400" if path.startswith("/static/") else "no-store")
    if not is_static:
        assert not SCRIPTS.search(answer.text)
        assert not ATTRIBUTES.search(re.sub(r"<!--.*?-->", "", answer.text))


def test_no_page_may_run_what_is_written_in_it():
    """Nor be framed, nor send a form or a referrer elsewhere."""
    policy = HEADERS["content-security-policy"]

    assert "unsafe" not in policy
    for each in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'self'"):
        assert each in policy
    assert HEADERS["referrer-policy"] == "same-origin"
