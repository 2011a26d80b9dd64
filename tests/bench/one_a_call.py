"""
``python -m tests.bench.one_a_call worker``: our worker with one record a call, which no setting asks for.

What is left of its speed is what does not come from calls of many records.
"""

from __future__ import annotations

from unittest import mock

from consumer.cli import main
from consumer.engine.calls import Calls


def one(*_: object) -> int:
    """The size of each call; a mock would cost six microseconds a call of its own."""
    return 1


if __name__ == "__main__":
    with mock.patch.object(Calls, "_size", one):
        main()
