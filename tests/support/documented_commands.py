"""The commands of every page: what a reader copies out of a block, and which test runs it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.support.readme import ROOT

SHELLS = {"console", "sh"}
# What others read: expressions for Prometheus (tests/unit/ops/test_watch_files.py), configuration, drawings.
NOT_COMMANDS = {"promql", "yaml", ""}
INLINE = re.compile(r"`([^`\n]+)`")
FOLDERS = ("consumer", "deploy", "schemas", "tests")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """
    One fenced block.

    Attributes:
        page: where it stands, from the root of the repository.
        language: what follows the fence; empty for none.
        commands: as a shell reads them; one that goes on in the next line is one. Of a block that shows what
            is printed, those with a prompt.
    """

    page: str
    language: str
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Command:
    """One command of a page."""

    page: str
    line: str

    @property
    def program(self) -> str:
        return self.line.split()[0]

    def __str__(self) -> str:
        return f"{Path(self.page).stem}: {self.line}"


@cache
def pages() -> tuple[Path, ...]:
    """Every page of the repository, without those of packages."""
    found = [*ROOT.glob("*.md"), *(file for each in FOLDERS for file in (ROOT / each).rglob("*.md"))]
    return tuple(sorted(file for file in found if "node_modules" not in file.parts))


@cache
def blocks() -> tuple[Block, ...]:
    """Every fenced block of every page, from top to bottom."""
    return tuple(block for page in pages() for block in _blocks(page))


@cache
def commands() -> tuple[Command, ...]:
    """Every command of every block, each once a page."""
    found = (Command(page=block.page, line=line) for block in blocks() for line in block.commands)
    return tuple(dict.fromkeys(found))


def of_pages(prefix: str, program: str = "") -> list[Command]:
    """Those of the pages whose path begins so, of one program or of all."""
    return [
        each
        for each in commands()
        if each.page.startswith(prefix) and (not program or each.program == program)
    ]


def sentences(program: str) -> list[Command]:
    """What pages call in a sentence, of one program, each once a page; the change log also has the past."""
    found = (
        Command(page=page.relative_to(ROOT).as_posix(), line=line)
        for page in pages()
        if page.name != "CHANGELOG.md"
        for line in INLINE.findall(page.read_text())
        if line.startswith(f"{program} ")
    )
    return list(dict.fromkeys(found))


def _blocks(page: Path) -> list[Block]:
    place = page.relative_to(ROOT).as_posix()
    fenced = re.findall(r"^ *```(\w*)\n(.*?)^ *```", page.read_text(), re.DOTALL | re.MULTILINE)
    return [
        Block(page=place, language=language, commands=_commands(language, text)) for language, text in fenced
    ]


def _commands(language: str, text: str) -> tuple[str, ...]:
    lines = [line.strip().replace("\x00", "\n") for line in text.replace("\\\n", "\\\x00").splitlines()]
    with_prompt = [line[2:] for line in lines if line.startswith("$ ")]
    if with_prompt or language not in SHELLS:
        return tuple(with_prompt)
    return tuple(line for line in lines if line)
