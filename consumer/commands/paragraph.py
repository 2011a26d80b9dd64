"""Paragraphs of labelled lines, readable at 60 columns, in a pipe and without colours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.text import Text

from consumer.commands.console_output import ConsoleOutput
from consumer.ops import plain_text

MAX_COLUMNS = 100
MAX_TEXT_CHARS = 600
_INDENT = "  "
LABEL_COLUMNS = 11

Line = tuple[str, str]
"""A label and its text; lines without a text are left out."""


def show(console: ConsoleOutput, heading: str, lines: Iterable[Line]) -> None:
    """
    Print a heading, and below it the lines.

    Texts are wrapped at the console's width, `MAX_COLUMNS` at most. Addresses are not, so that they can be
    copied. A text of more than `MAX_TEXT_CHARS` ends in an ellipsis.
    """
    say(console, heading, style="bold")
    show_lines(console, lines)
    console.print()


def show_lines(console: ConsoleOutput, lines: Iterable[Line], *, label_columns: int = LABEL_COLUMNS) -> None:
    """Print labelled lines alone, as `show` does, their texts beginning in one column."""
    for label, text in lines:
        if text:
            _show_line(console, f"{_INDENT}{label:<{label_columns}}", text)


def say(console: ConsoleOutput, text: str, *, style: str = "") -> None:
    """Print one wrapped paragraph."""
    for each in _wrapped(console, text, 0):
        _print(console, each, style)


def _show_line(console: ConsoleOutput, label: str, text: str) -> None:
    if "://" in text and " " not in text:
        _print(console, label + plain_text.one_line(text))
        return
    for number, each in enumerate(_wrapped(console, text, len(label))):
        _print(console, (label if number == 0 else " " * len(label)) + each)


def _wrapped(console: ConsoleOutput, text: str, indent: int) -> Iterator[str]:
    cut = text if len(text) <= MAX_TEXT_CHARS else f"{text[:MAX_TEXT_CHARS]}…"
    columns = min(console.width, MAX_COLUMNS) - indent
    for each in Text(plain_text.one_line(cut)).wrap(console, max(columns, 1), overflow="fold"):
        yield each.plain.rstrip()


def _print(console: ConsoleOutput, text: str, style: str = "") -> None:
    console.print(text, style=style, soft_wrap=True, highlight=False)
