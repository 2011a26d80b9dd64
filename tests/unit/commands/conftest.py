"""What the tests of commands put in the place of Kafka."""

from __future__ import annotations

import pytest

from consumer.commands import connection_pause
from consumer.limits.pause import Pauses


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """An audit topic on which no connection is paused."""

    async def read(_: object) -> Pauses:
        return Pauses()

    monkeypatch.setattr(connection_pause, "read", read)
