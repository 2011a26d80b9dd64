"""The notice of every page says what is wrong with what it shows."""

from __future__ import annotations

import pytest

FULL = "/var/lib/console.sqlite: the disk is full"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"behind": None}, "The topics are not read yet"),
        ({"behind": 1_001}, "1,001 records of the topics are still to be read"),
        ({"error": "Kafka cannot be reached"}, "Kafka does not answer, so this page shows what was known"),
        ({"file_error": FULL}, "The console cannot keep what it reads, so this page shows what was known"),
        ({"file_error": FULL, "error": "Kafka cannot be reached"}, FULL),
    ],
)
@pytest.mark.parametrize("path", ["/", "/audit", "/failures/none"])
async def test_a_page_says_what_is_wrong(console, path, change, said):
    """On each page, with its reason."""
    for name, value in change.items():
        setattr(console.context.progress, name, value)

    text = (await console.http.get(path)).text

    assert said in text


async def test_a_page_that_is_up_to_date_has_no_notice(console):
    """Also when a few records are still to be read."""
    console.context.progress.behind = 1_000

    text = (await console.http.get("/")).text

    assert "still to be read" not in text
    assert "does not answer, so" not in text
