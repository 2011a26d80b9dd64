"""Fifty thousand invoices and as many unmarked payments of a shadow, read within 200 MB."""

import subprocess
import sys

import pytest

COUNT = 50_000
LIMIT_MB = 200
TIMEOUT_S = 900


@pytest.mark.chaos_long
def test_a_shadow_with_fifty_thousand_unmarked_payments_is_read_within_200_mb():
    """By the largest resident size of the process, with both sides' answers made in it."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.memory.shadow", str(COUNT)],
        capture_output=True, text=True, timeout=TIMEOUT_S, check=True,
    )  # fmt: skip

    largest_mb, differences, calls = map(int, ended.stdout.split())
    assert (differences, calls) == (0, COUNT // 1_000 + COUNT // 100)
    assert largest_mb <= LIMIT_MB
