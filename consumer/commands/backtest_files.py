"""The differences and sums of `backtest` as CSV files, written while events are read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from consumer.backtest import findings
from consumer.backtest.findings import Changed
from consumer.backtest.totals import BacktestTotals
from consumer.commands import csv_file
from consumer.commands.csv_file import CsvFile
from consumer.config import private_file
from consumer.errors import LagoNetsuiteError

DIFFERENCES, SUMS = "differences.csv", "sums.csv"
COLUMNS_OF_DIFFERENCES = (
    "connection", "type", "number", "external_id", "lago_id", "aspect", "line", "name", "before", "after",
    "amount", "currency", "reason",
)  # fmt: skip
COLUMNS_OF_SUMS = ("connection", "by", "type", "value", "currency", "before", "after", "change")


class BacktestFiles:
    """A folder with `DIFFERENCES` and `SUMS`."""

    def __init__(self, folder: Path, differences: TextIO) -> None:
        """Write the header of the differences."""
        self._folder = folder
        self._differences = CsvFile(differences, COLUMNS_OF_DIFFERENCES, ("amount",))

    @classmethod
    @contextmanager
    def opened(cls, folder: Path) -> Iterator[BacktestFiles]:
        """
        The folder, made where it is missing; its files are closed at the end.

        Raises:
            LagoNetsuiteError: it cannot be written.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            out = private_file.opened(folder / DIFFERENCES)
        except OSError as error:
            raise LagoNetsuiteError(f"{error.filename}: {error.strerror or error}") from error
        with out:
            yield cls(folder, out)

    def put(self, changed: Changed) -> None:
        """Write a row for each difference of a document."""
        for row in findings.rows_of(changed):
            self._differences.put(row)

    def end(self, totals: BacktestTotals) -> None:
        """
        Write the sums.

        Raises:
            LagoNetsuiteError: they cannot be written.
        """
        file = self._folder / SUMS
        try:
            with private_file.opened(file) as out:
                rows = findings.sums_of(totals)
                csv_file.write(out, COLUMNS_OF_SUMS, rows, numbers=("before", "after", "change"))
        except OSError as error:
            raise LagoNetsuiteError(f"{file}: {error.strerror or error}") from error
