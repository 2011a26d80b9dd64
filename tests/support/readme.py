"""The sessions of the README: blocks of commands, and what they print."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "README.md").read_text()
WALK = "From pip to a posted invoice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """
    One block.

    Attributes:
        heading: the section that it stands in.
        commands: as a shell reads them; one that goes on in the next line is one.
        shown: the lines shown below them; ``…`` stands for anything.
    """

    heading: str
    commands: tuple[str, ...]
    shown: tuple[str, ...]

    def unseen(self, printed: str) -> list[str]:
        """The lines shown that were not printed."""
        return [line for line in self.shown if line != "…" and not re.search(_pattern(line), printed)]


def sessions() -> list[Session]:
    """All blocks of commands, from top to bottom."""
    found = []
    for section in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]:
        blocks = re.findall(r"```console\n(.*?)```", section, re.DOTALL)
        found += [_session(section.partition("\n")[0], block) for block in blocks]
    return found


def walk() -> list[Session]:
    """Those of the first walk, which the wheel takes in an empty folder."""
    return [each for each in sessions() if each.heading.startswith(WALK)]


def month_end() -> Session:
    """That of the month end, which is taken on the demo's topics."""
    [found] = [each for each in sessions() if each.commands[0].startswith("lago-netsuite errors --strict")]
    return found


def _session(heading: str, block: str) -> Session:
    lines = block.replace("\\\n", "\\\x00").splitlines()
    is_command = [line.startswith("$ ") for line in lines]
    commands = [line[2:] for line, is_one in zip(lines, is_command, strict=True) if is_one]
    shown = [line for line, is_one in zip(lines, is_command, strict=True) if not is_one]
    whole = tuple(each.replace("\x00", "\n") for each in commands)
    return Session(heading=heading, commands=whole, shown=tuple(shown))


def _pattern(line: str) -> str:
    return ".*".join(map(re.escape, line.split("…")))
