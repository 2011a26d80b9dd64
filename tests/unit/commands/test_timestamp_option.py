"""Points in time as people type them."""

from datetime import UTC, datetime, timedelta

import pytest

from consumer.commands import timestamp_option
from consumer.errors import ConfigurationError

NOW = datetime(2026, 8, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-08-01", datetime(2026, 8, 1, tzinfo=UTC)),
        ("2026-08-01T12:30:00Z", datetime(2026, 8, 1, 12, 30, tzinfo=UTC)),
        ("2026-08-01T12:30:00+02:00", datetime(2026, 8, 1, 10, 30, tzinfo=UTC)),
        ("90m", NOW - timedelta(minutes=90)),
        ("12h", NOW - timedelta(hours=12)),
        ("7d", NOW - timedelta(days=7)),
    ],
)
def test_a_date_a_time_and_a_while_ago_are_understood(text, expected):
    """UTC where no zone is given."""
    assert timestamp_option.parse(text, NOW) == expected


@pytest.mark.parametrize("text", ["", "yesterday", "7w", "-1d", "2026-13-01"])
def test_anything_else_is_refused_with_the_option_and_examples(text):
    """Rather than understood wrongly."""
    with pytest.raises(ConfigurationError, match=r"--since: .*12h"):
        timestamp_option.option("--since", text)


def test_an_option_that_is_not_given_is_no_time():
    """And no error."""
    assert timestamp_option.option("--since", None) is None
