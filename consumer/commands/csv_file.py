"""The one way in which commands write CSV, and read what they have written."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TextIO

from consumer.ops import plain_text


def write(
    out: TextIO,
    columns: Sequence[str],
    rows: Iterable[Mapping[str, object]],
    *,
    numbers: Collection[str] = (),
) -> None:
    """
    A header and the rows, comma separated; flags are ``true`` and ``false``, what is missing is empty.

    Args:
        out: where to.
        columns: their names, in order.
        rows: by column; a column that is not listed is an error.
        numbers: columns whose negative numbers stay numbers; all other cells are text in a spreadsheet.
    """
    file = CsvFile(out, columns, numbers)
    for row in rows:
        file.put(row)


class CsvFile:
    """A file that is written row by row, as `write` writes it."""

    def __init__(self, out: TextIO, columns: Sequence[str], numbers: Collection[str] = ()) -> None:
        """Write the header."""
        names = [plain_text.cell(name) for name in columns]
        self._writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
        self._numbers = numbers
        self._writer.writeheader()

    def put(self, row: Mapping[str, object]) -> None:
        """Write one row, by column; a column that is not listed is an error."""
        cells = {plain_text.cell(name): _cell(name, value, self._numbers) for name, value in row.items()}
        self._writer.writerow(cells)


def read(text: TextIO) -> Iterator[dict[str, str]]:
    """The rows of a file that `write` has written, by column."""
    yield from csv.DictReader(text)


def _cell(name: str, value: object, numbers: Collection[str]) -> str:
    text = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
    return plain_text.cell(text, is_number=name in numbers)
