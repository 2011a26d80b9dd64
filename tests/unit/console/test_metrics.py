"""What the console counts: requests by route and status, acts and logins by their end."""

from __future__ import annotations

import pytest

from tests.support.console_app import Console

FORM = {"error_id": "error-1", "reason": "mapped now"}


def counted(console: Console) -> str:
    return console.metrics.exposition().decode()


async def test_requests_are_counted_by_route_and_status(console):
    """By the route and not by the path, which has ids in it; what is no route is one of its own."""
    for path in ("/failures/error-1", "/failures/none", "/unknown", "/wp-login.php", "/static/console.css"):
        await console.http.get(path)

    text = counted(console)

    assert 'console_requests_total{route="/failures/{error_id}",status="200"} 1.0' in text
    assert 'console_requests_total{route="/failures/{error_id}",status="404"} 1.0' in text
    assert 'console_requests_total{route="other",status="404"} 2.0' in text
    assert 'console_requests_total{route="/static/",status="200"} 1.0' in text
    assert 'console_request_duration_seconds_count{route="/failures/{error_id}"} 2.0' in text
    assert "error-1" not in text


@pytest.mark.parametrize(
    ("role", "act", "change", "line"),
    [
        ("operator", "replay", {}, '{act="replay",result="done"} 1.0'),
        ("operator", "replay", {"reason": ""}, '{act="replay",result="not_done"} 1.0'),
        ("viewer", "replay", {}, '{act="replay",result="refused"} 1.0'),
        ("operator", "x" * 50, {}, '{act="unknown",result="not_done"} 1.0'),
    ],
)
async def test_acts_are_counted_by_what_became_of_them(console, role, act, change, line):
    """An act that nobody knows has no name of its own."""
    await console.http.post(f"/acts/{act}", data=FORM | change | {"token": console.log_in(role)})

    assert f"lago_netsuite_console_acts_total{line}" in counted(console)
