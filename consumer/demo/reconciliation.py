"""Whether the books agree: ``reconcile`` for each connection, whose verdict is the demo's last line."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from consumer.commands import csv_file
from consumer.commands.console_output import ConsoleOutput
from consumer.demo import command
from consumer.demo.customers import CONNECTION, ORDERING_CONNECTION
from consumer.demo.processes_under_test import Processes
from consumer.demo.scenario_event import ScenarioEvent

FILE = "differences.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """
    The output of the command for one connection.

    Attributes:
        differences: what is different and the document's number, in the order of the output.
    """

    connection: str
    exit_code: int
    text: str
    differences: tuple[tuple[str, str], ...]

    @property
    def last_line(self) -> str:
        """The last line of the output."""
        return self.text.rstrip().rpartition("\n")[2]


async def reconciliations(processes: Processes, folder: Path) -> list[Reconciliation]:
    """Compare all documents of both connections, whose commands run side by side."""
    codes = (ORDERING_CONNECTION, CONNECTION)
    return list(await asyncio.gather(*(_reconciled(processes, folder / code, code) for code in codes)))


async def _reconciled(processes: Processes, folder: Path, code: str) -> Reconciliation:
    exit_code, text = await command.output_of(processes, *_arguments(code), "--csv", str(folder))
    differences = await asyncio.to_thread(_differences, folder / FILE)
    return Reconciliation(connection=code, exit_code=exit_code, text=text, differences=differences)


def show(out: ConsoleOutput, done: Sequence[Reconciliation]) -> None:
    """Print the outputs as they are."""
    for each in done:
        out.print()
        command.show(out, *_arguments(each.connection))
        out.print(each.text.rstrip(), markup=False, highlight=False, soft_wrap=True)


def problems(done: Sequence[Reconciliation], steps: Sequence[ScenarioEvent]) -> list[str]:
    """One sentence for each difference but the open failures, and for each of these that is not found."""
    failed = [step for step in steps if step.ending == "rejected"]
    expected = {("missing", step.number) for step in failed if step.number}
    expected |= {("customer_missing", step.customer) for step in failed if step.netsuite_type == "customer"}
    found = {difference for each in done for difference in each.differences}
    wrong = [f"reconcile finds {what} of {number}" for what, number in sorted(found - expected)]
    wrong += [f"reconcile does not find {what} of {number}" for what, number in sorted(expected - found)]
    return wrong + [
        f"reconcile of {each.connection} ended with {each.exit_code}: {each.last_line}"
        for each in done
        if each.exit_code != bool(each.differences)
    ]


def _arguments(code: str) -> tuple[str, ...]:
    return ("reconcile", "--connection", code)


def _differences(file: Path) -> tuple[tuple[str, str], ...]:
    if not file.exists():
        return ()
    with file.open(encoding="utf-8", newline="") as text:
        return tuple((row["what"], row["number"]) for row in csv_file.read(text))
