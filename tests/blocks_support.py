"""The fenced blocks of the pages, the statements of those that are commands, and code within sentences."""

from __future__ import annotations

import re
import shlex
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from tests_support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FENCE = re.compile(r"^( *)(```+|~~~+) *([^\s`]*)")
_SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_HEREDOC = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")
_BETWEEN = {"|", "||", "&&", ";", "&"}
_REDIRECTION = re.compile(r"[<>]+&?")
_ENDS = {"for": "done", "while": "done", "if": "fi", "case": "esac"}


class Block(NamedTuple):
    """A fenced block; `line` is that of its first line of text."""

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


class Statement(NamedTuple):
    """A statement of a block of commands, with the words of each simple command in it."""

    text: str
    commands: tuple[tuple[str, ...], ...]

    @property
    def is_plain(self) -> bool:
        """Whether it is one command, nothing of it redirected."""
        return len(self.commands) == 1 and not re.search(r"[<>|]|\$\(", self.text.partition(" #")[0])


def pages() -> list[Path]:
    """Return the pages that are held to what they show."""
    own = [path for path in sorted(REPOSITORY.glob("*.md")) if path.name != "CHANGELOG.md"]
    of_folders = [REPOSITORY / name / "README.md" for name in ("dashboard", "data", "events")]
    return own + of_folders + sorted((REPOSITORY / "docs").rglob("*.md"))


@cache
def blocks(*languages: str) -> tuple[Block, ...]:
    """Return the blocks in some languages, or all."""
    found = (part for path in pages() for part in _parts_of(path) if isinstance(part, Block))
    return tuple(block for block in found if not languages or block.language in languages)


def _parts_of(path: Path) -> Iterator[Block | str]:
    """Yield the fenced blocks of a page, and each line outside of them."""
    page = path.relative_to(REPOSITORY).as_posix()
    opened: re.Match[str] | None = None
    lines: list[str] = []
    started = 0
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        fence = _FENCE.match(line)
        if opened is None:
            if fence:
                opened, lines, started = fence, [], number + 1
            else:
                yield line
        elif fence and fence[2].startswith(opened[2]) and not fence[3]:
            yield Block(page, started, opened[3], "".join(f"{each}\n" for each in lines))
            opened = None
        else:
            lines.append(line.removeprefix(opened[1]))
    assert opened is None, f"{page}:{started}: the block does not end"


def spans() -> dict[str, str]:
    """Return what stands in a sentence as code, each with the first page that has it."""
    found: dict[str, str] = {}
    for path in pages():
        prose = "\n".join(part if isinstance(part, str) else "" for part in _parts_of(path))
        for paragraph in prose.split("\n\n"):
            for span in _SPAN.findall(paragraph):
                found.setdefault(" ".join(span.split()), str(path.relative_to(REPOSITORY)))
    return found


def statements(text: str) -> list[Statement]:
    """Split commands into statements; lines that go on, quotes and documents belong to theirs."""
    found, lines = [], iter(text.splitlines())
    for first in lines:
        statement = first
        while not _is_whole(statement):
            statement += "\n" + next(lines)
        if words := _words(_without_document(statement)):
            found.append(Statement(statement.strip(), tuple(_simple(words))))
    return found


def _is_whole(statement: str) -> bool:
    """Say whether a statement ends here."""
    document = _HEREDOC.search(statement)
    if document:
        return bool(re.search(rf"\n\s*{document[2]}\s*$", statement))
    if statement.endswith("\\"):
        return False
    try:
        words = shlex.split(statement, comments=True)
    except ValueError:  # a quote is open
        return False
    return not words or words[0] not in _ENDS or words[-1] == _ENDS[words[0]]


def _without_document(statement: str) -> str:
    document = _HEREDOC.search(statement)
    return statement.partition("\n")[0].replace(document[0], "") if document else statement


def _words(statement: str) -> list[str]:
    lexer = shlex.shlex(statement.replace("\\\n", " "), posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    return list(lexer)


def _simple(words: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield each simple command of a statement, without what is redirected and what is set before it."""
    command: list[str] = []
    rest = iter(words)
    for word in rest:
        if word in _BETWEEN:
            if command:
                yield tuple(command)
            command = []
        elif _REDIRECTION.fullmatch(word):
            next(rest)
        elif command or not re.match(r"\w+=", word):
            command.append(word)
    if command:
        yield tuple(command)
