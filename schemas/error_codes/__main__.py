"""Print the page."""

from __future__ import annotations

from schemas.error_codes import page

print(page.markdown(), end="")  # noqa: T201 - the page itself
