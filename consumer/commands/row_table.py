"""Rows as a table; where its columns would be too narrow to read, as a list of labelled values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from consumer.commands import console_output, paragraph
from consumer.commands.console_output import ConsoleOutput
from consumer.commands.paragraph import MAX_TEXT_CHARS
from consumer.ops import plain_text

NARROWEST = 16
"""A column is wide enough for its text, or at least so wide that a wrapped text can be read."""
WIDEST_NAME = 40
"""Words of the first column are whole up to this width: it holds the names of the rows."""
_FRAME = 3

Cell = str | Sequence[str]
"""One text, or several that stand below each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """
    One row.

    Attributes:
        cells: a cell for each column.
        style: of the whole row.
        styles: of single cells, by the name of the column.
    """

    cells: tuple[Cell, ...]
    style: str = ""
    styles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTable:
    """
    What is shown.

    Attributes:
        columns: their names.
        numbers: names of columns whose texts stand at the right and are never wrapped.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Row]
    numbers: Sequence[str] = ()

    def show(self, console: ConsoleOutput) -> None:
        """Print it; a text of more than `MAX_TEXT_CHARS` ends in an ellipsis."""
        if self._fits(console.width):
            console.print(self._table())
            return
        console_output.line(console, self.title, "italic")
        labels = max(map(len, self.columns)) + 1
        for row in self.rows:
            texts = ("; ".join(_parts(cell)) for cell in row.cells)
            lines = zip(self.columns, texts, strict=True)
            paragraph.show_lines(console, lines, label_columns=labels)
            console.print()

    def _fits(self, width: int) -> bool:
        return sum(self._needs()) <= width - 1 - _FRAME * len(self.columns)

    def _needs(self) -> Iterator[int]:
        """The width that each column needs at least."""
        for place, name in enumerate(self.columns):
            parts = [name, *(part for row in self.rows for part in _parts(row.cells[place]))]
            longest = max(map(cell_len, parts))
            word = max(cell_len(word) for part in parts for word in part.split() or [""])
            at_least = max(NARROWEST, min(word, WIDEST_NAME)) if place == 0 else NARROWEST
            yield longest if name in self.numbers else min(longest, at_least)

    def _table(self) -> Table:
        shown = Table(title=plain_text.one_line(self.title), title_justify="left")
        for name, needed in zip(self.columns, self._needs(), strict=True):
            if name in self.numbers:
                shown.add_column(name, justify="right", no_wrap=True)
            else:
                shown.add_column(name, overflow="fold", min_width=needed)
        for row in self.rows:
            shown.add_row(*self._styled(row), style=row.style or None)
        return shown

    def _styled(self, row: Row) -> Iterator[Text]:
        for name, cell in zip(self.columns, row.cells, strict=True):
            yield Text("\n".join(_parts(cell)), style=row.styles.get(name, ""))


def _parts(cell: Cell) -> list[str]:
    texts = [cell] if isinstance(cell, str) else cell
    return [plain_text.one_line(_short(text)) for text in texts if text]


def _short(text: str) -> str:
    return text if len(text) <= MAX_TEXT_CHARS else f"{text[:MAX_TEXT_CHARS]}…"
