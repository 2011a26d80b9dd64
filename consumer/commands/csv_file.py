"""The one way in which commands write CSV."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Mapping, Sequence
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
    writer = csv.DictWriter(out, [plain_text.cell(name) for name in columns], restval="", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({plain_text.cell(name): _cell(name, value, numbers) for name, value in row.items()})


def _cell(name: str, value: object, numbers: Collection[str]) -> str:
    text = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
    return plain_text.cell(text, is_number=name in numbers)
