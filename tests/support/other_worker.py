"""A call of another worker that comes in between."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from consumer.sandbox.netsuite.books import Books


def elsewhere(work: Callable[[], Any]) -> Any:
    """What `work` comes to in another thread, as a call of another worker would run."""
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(work()))
    thread.start()
    thread.join()
    return results[0]


def before_first_insert(monkeypatch: pytest.MonkeyPatch, work: Callable[[], Any]) -> list[Any]:
    """The first insert of a record runs `work` elsewhere before; gives what that came to, once it has run."""
    insert, attempts, results = Books.insert, [], []

    def inserted(books: Books, *args: Any) -> Any:
        attempts.append(args)
        if len(attempts) == 1:
            results.append(elsewhere(work))
        return insert(books, *args)

    monkeypatch.setattr(Books, "insert", inserted)
    return results
