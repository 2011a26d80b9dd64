"""
The text of `connections.yaml` without the secrets that stand in it, and with them again.

References such as ``env:NAME`` stay. A literal secret, allowed for a sandbox on this machine only, becomes
``masked:1``; so does one in a comment, and a name with its password in an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from consumer.config import yaml_source
from consumer.config.connections_text import SECRET_KEYS
from consumer.config.yaml_source import Problem

WORD = "masked"
REFERENCES = ("env:", "file:")
_LOGIN = re.compile(r"(?<=://)[^\s/@\"']+(?=@)")
_KEYS = "|".join(sorted(SECRET_KEYS))
_COMMENT = re.compile(rf"#[^\n]*?\b(?:{_KEYS})[\"']?\s*:\s*(?!env:|file:)([^\s#][^\n]*)")
_PROPERTIES = re.compile(r"(?:[&!][^\s]*\s+)*")

Span = tuple[int, int]
"""Positions of the first character, and after the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedText:
    """
    A text that may be shown.

    Attributes:
        secrets: what is masked, as it is written in the file; the first is ``masked:1``.
        word: that before the colon, which the file itself does not have.
    """

    text: str
    secrets: tuple[str, ...]
    word: str

    def restored(self, edited: str) -> str:
        """A text that was made from this one, with its secrets."""
        return self._places.sub(lambda found: self._secret(found[0], int(found[1])), edited)

    def unknown(self, edited: str) -> Iterator[Problem]:
        """What looks like a masked secret in a text that was made from this one, and is none of the file."""
        for number, line in enumerate(edited.split("\n"), start=1):
            for found in self._places.finditer(line):
                if not 0 < int(found[1]) <= len(self.secrets):
                    message = f"{found[0]} stands for no secret of the file; write env:NAME or file:/path"
                    yield Problem(path=(), line=number, message=message)

    @property
    def _places(self) -> re.Pattern[str]:
        return re.compile(rf"(?<!\w){self.word}:([0-9]{{1,6}})(?![0-9])")

    def _secret(self, written: str, number: int) -> str:
        return self.secrets[number - 1] if 0 < number <= len(self.secrets) else written


def of(text: str) -> MaskedText | Problem:
    """The text without its secrets; a problem where it is not YAML, so that they cannot be found."""
    node = yaml_source.compose(text)
    if isinstance(node, Problem):
        return node
    word = WORD
    while f"{word}:" in text:
        word += "_"
    found = [_bare(text, each) for each in _scalars(node)]
    found += [each.span() for each in _LOGIN.finditer(text)]
    found += [each.span(1) for each in _COMMENT.finditer(text)]
    spans = list(_apart(sorted(each for each in found if each[0] < each[1])))
    parts, end = [], 0
    for number, (first, after) in enumerate(spans, start=1):
        parts += [text[end:first], f"{word}:{number}"]
        end = after
    secrets = tuple(text[first:after] for first, after in spans)
    return MaskedText(text="".join((*parts, text[end:])), secrets=secrets, word=word)


def _scalars(root: Node | None) -> Iterator[ScalarNode]:
    """The literal secrets; each node is visited once, however many aliases lead to it."""
    seen, waiting = set[tuple[int, bool]](), [(root, False)]
    while waiting:
        node, is_secret = waiting.pop()
        if node is None or (id(node), is_secret) in seen:
            continue
        seen.add((id(node), is_secret))
        match node:
            case MappingNode():
                waiting += [(value, is_secret or key.value in SECRET_KEYS) for key, value in node.value]
            case SequenceNode():
                waiting += [(each, is_secret) for each in node.value]
            case ScalarNode() if is_secret and not str(node.value).startswith(REFERENCES):
                yield node
            case _:
                pass


def _bare(text: str, node: ScalarNode) -> Span:
    """Where the value stands, without its anchor and tag before it and the line ends behind it."""
    first, after = node.start_mark.index, node.end_mark.index
    written = text[first:after]
    ahead = _PROPERTIES.match(written)
    return first + (ahead.end() if ahead else 0), first + len(written.rstrip())


def _apart(spans: list[Span]) -> Iterator[Span]:
    """The spans in their order, without those that begin within another."""
    end = 0
    for first, after in spans:
        if first >= end:
            yield first, after
            end = after
