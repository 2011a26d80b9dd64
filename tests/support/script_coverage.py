"""
Which lines of the RESTlet's files the tests reach, as a pytest plugin: ``pytest -p
tests.support.script_coverage``.

The sandbox is given the very files of deploy/netsuite with Istanbul's counters in them, and after each call
the counters are read from its engine. The run fails when less than `LEAST_PERCENT` of the lines, as Istanbul
counts them (lines on which a statement begins), were reached. Needs Node.js, and ``npm ci`` in its folder.
"""

from __future__ import annotations

import json
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from consumer.sandbox.netsuite.suitescript import engine, file_cabinet

LEAST_PERCENT = 95.0
INSTRUMENT = Path(__file__).parents[2] / "deploy" / "netsuite" / "coverage" / "instrument.js"
INSTRUMENT_LIMIT_S = 60
# What was reached since it was last asked: by file, the numbers of statements and functions.
REACHED = """(() => {
  const news = {};
  for (const [path, { s, f }] of Object.entries(globalThis.__coverage__)) {
    const hit = (counters) => Object.keys(counters).filter((key) => counters[key] > 0);
    const [statements, functions] = [hit(s), hit(f)];
    if (statements.length + functions.length > 0) news[path] = { s: statements, f: functions };
    statements.forEach((key) => { s[key] = 0; });
    functions.forEach((key) => { f[key] = 0; });
  }
  return JSON.stringify(news);
})()"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptFile:
    """One file: the line of each statement, the name of each function, and the numbers of those reached."""

    path: str
    lines: list[int]
    functions: list[str]
    statements_hit: set[int] = field(default_factory=set)
    functions_hit: set[int] = field(default_factory=set)

    @property
    def all_lines(self) -> set[int]:
        return set(self.lines)

    @property
    def lines_hit(self) -> set[int]:
        return {self.lines[number] for number in self.statements_hit}

    @property
    def missed(self) -> list[int]:
        return sorted(self.all_lines - self.lines_hit)

    @property
    def unused(self) -> list[str]:
        return [name for number, name in enumerate(self.functions) if number not in self.functions_hit]

    @property
    def percent(self) -> float:
        return percent(len(self.lines_hit), len(self.all_lines))


def percent(part: int, whole: int) -> float:
    return 100.0 * part / whole if whole else 100.0


class Recorder:
    """Collects from every engine the statements and functions that a call has reached."""

    def __init__(self, instrumented: dict[str, Any]) -> None:
        self.sources = {path: each["source"] for path, each in instrumented.items()}
        self.files = {
            path: ScriptFile(path=path, lines=each["lines"], functions=each["functions"])
            for path, each in instrumented.items()
        }

    def hear(self, context: Any) -> None:
        for path, news in json.loads(context.eval(REACHED)).items():
            self.files[path].statements_hit.update(map(int, news["s"]))
            self.files[path].functions_hit.update(map(int, news["f"]))

    @property
    def percent(self) -> float:
        files = self.files.values()
        return percent(sum(len(each.lines_hit) for each in files), sum(len(each.all_lines) for each in files))

    def report(self) -> Iterator[str]:
        for each in self.files.values():
            missed = f"  missed: {ranges(each.missed)}" if each.missed else ""
            unused = f"  never called: {', '.join(each.unused)}" if each.unused else ""
            yield f"{each.path:<22} {len(each.all_lines):4} lines {each.percent:6.1f} %{missed}{unused}"
        yield f"of all lines {self.percent:.1f} %, at least {LEAST_PERCENT} % are demanded"


def ranges(numbers: list[int]) -> str:
    """``3-5, 9`` for 3, 4, 5, 9."""
    runs: dict[int, list[int]] = defaultdict(list)
    for index, number in enumerate(numbers):
        runs[number - index].append(number)
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs.values())


def _instrumented() -> dict[str, Any]:
    command = ["node", str(INSTRUMENT)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=INSTRUMENT_LIMIT_S)
    files: dict[str, Any] = json.loads(ran.stdout)
    return files


def _record_with(recorder: Recorder, patch: pytest.MonkeyPatch) -> None:
    run = engine.Engine.run

    def recorded(self: engine.Engine, *arguments: Any) -> dict[str, Any]:
        try:
            return run(self, *arguments)
        finally:
            if self.is_instrumented:
                recorder.hear(self._context)

    parse = engine.Engine.__init__

    def parsed(self: engine.Engine, files: dict[str, str]) -> None:
        parse(self, files)
        self.is_instrumented = files is recorder.sources

    patch.setattr(file_cabinet, "files", lambda: recorder.sources)
    patch.setattr(engine.Engine, "__init__", parsed)
    patch.setattr(engine.Engine, "run", recorded)


class Plugin:
    def __init__(self) -> None:
        self.recorder = Recorder(_instrumented())
        self.patch = pytest.MonkeyPatch()
        _record_with(self.recorder, self.patch)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self.patch.undo()
        if session.exitstatus == pytest.ExitCode.OK and self.recorder.percent < LEAST_PERCENT:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("lines of the RESTlet that were reached")
        for line in self.recorder.report():
            terminalreporter.line(line)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Plugin(), "script_coverage")
