"""Forms of sessions that have ended are kept within a bound of memory."""

from __future__ import annotations

from consumer.clock import FakeClock
from consumer.console.login import kept_forms
from consumer.console.login.kept_forms import KeptForms


def test_large_forms_together_are_bounded():
    """The oldest are forgotten; the latest is there."""
    forms, text = KeptForms(FakeClock()), "x" * (kept_forms.LARGEST_CHARS // 4)

    keys = [forms.keep("/mapping/drafts", {"text": text}) for _ in range(5)]

    assert [forms.find(key) is not None for key in keys] == [False, False, True, True, True]
