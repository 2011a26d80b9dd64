"""A changed connections.yaml as somebody wrote it: its errors, and how it differs. It is in memory only."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from consumer.config import connections_text
from consumer.config.connection import Connection
from consumer.config.yaml_source import Problem
from consumer.console.mapping import line_diff
from consumer.console.mapping.backtest_run import BacktestRun
from consumer.console.mapping.configuration_file import LIMIT_BYTES, Current
from consumer.console.mapping.line_diff import Hunk

LARGEST_COUNT = 20
REPLACED = "\ufffd"
"""What stands for bytes of a form that are no UTF-8."""


@dataclass(slots=True, kw_only=True)
class Draft:
    """
    One draft; a changed text is another one.

    Attributes:
        base: the file that it was made from.
        text: without the secrets of the file, with its line ends.
        connections: what it says; none where it has problems.
        run: its latest back-test.
    """

    id: str
    actor: str
    made_ms: int
    base: Current
    text: str
    connections: Sequence[Connection]
    problems: Sequence[Problem]
    hunks: Sequence[Hunk]
    run: BacktestRun | None = field(default=None)

    @property
    def whole(self) -> str:
        """The text with the secrets of the file, as it is taken away."""
        return self.base.masked.restored(self.text)

    @property
    def patch(self) -> str:
        """The difference to the file, with its secrets where they stand beside a change."""
        return line_diff.patch(self.base.raw, self.whole, self.base.name)

    def count(self, kind: line_diff.Kind) -> int:
        """How many lines are added, or removed."""
        return sum(each.count(kind) for each in self.hunks)


class Drafts:
    """The latest drafts of all people, each under an id that nobody can guess."""

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: OrderedDict[str, Draft] = OrderedDict()

    def keep(self, draft: Draft) -> None:
        """Keep a draft; the oldest one is forgotten when there are too many."""
        self._kept[draft.id] = draft
        while len(self._kept) > LARGEST_COUNT:
            _, forgotten = self._kept.popitem(last=False)
            if forgotten.run is not None:
                forgotten.run.stop()

    def find(self, draft_id: str) -> Draft | None:
        """A draft; None when it is not there any more."""
        return self._kept.get(draft_id)


def of(text: str, base: Current, *, actor: str, made_ms: int) -> Draft | str:
    """
    The draft of a text, or why there is none; it takes time, so it is called in a thread.

    Args:
        text: as a form sent it, made from the masked text of the file.
        base: the file.
        actor: whose it is.
        made_ms: when, milliseconds since the epoch.
    """
    text = _with_line_ends_of(base.raw, text)
    if len(text.encode()) > LIMIT_BYTES:
        return f"The text is larger than {LIMIT_BYTES // 1024} KiB; change such a file in an editor"
    read = connections_text.read(text, base.name, base.folder)
    problems = [*read.problems, *base.masked.unknown(text), *_replaced(text)]
    return Draft(
        id=secrets.token_urlsafe(12),
        actor=actor,
        made_ms=made_ms,
        base=base,
        text=text,
        connections=() if problems else read.connections,
        problems=sorted(problems, key=lambda one: one.line),
        hunks=line_diff.hunks(base.masked.text, text),
    )


def _with_line_ends_of(raw: str, text: str) -> str:
    """Forms send carriage returns (HTML, form submission); the file has them only where it had them."""
    bare = text.replace("\r\n", "\n")
    return bare.replace("\n", "\r\n") if "\r\n" in raw else bare


def _replaced(text: str) -> Sequence[Problem]:
    return [
        Problem(path=(), line=number, message="has a character that is not UTF-8 text")
        for number, line in enumerate(text.split("\n"), start=1)
        if REPLACED in line
    ]
