"""The commands of each page run, in its order, and print what a tutorial or guide shows below them."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

from blocks_support import Block, Statement, blocks, statements
from run_support import Shell, patronage, why_not

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COSTLY = {"run", "evaluate", "segment"}
"""Commands that take seconds and leave nothing that another statement of a page asks for."""
FOLLOWED = ("docs/tutorials/", "docs/how-to/")
"""Pages that are followed from their start, in an empty folder: text below commands is what they print."""


def followed(page: str) -> list[tuple[Block, Block | None]]:
    """Return the blocks of commands of a page, each with the output that stands below it."""
    on_page = [block for block in blocks() if block.page == page]
    pairs = zip(on_page, [*on_page[1:], None], strict=True)
    return [
        (block, below if below and below.language == "text" and page.startswith(FOLLOWED) else None)
        for block, below in pairs
        if block.language == "sh"
    ]


@pytest.fixture
def work(page: str, sample: Path, tmp_path: Path) -> Iterator[Path]:
    """Give the folder in which a page begins, and take it away after: copies of a lake add up."""
    folder = tmp_path / "work"
    if page.startswith(FOLLOWED):
        folder.mkdir()
    else:
        shutil.copytree(sample, folder, symlinks=True)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("page", sorted({block.page for block in blocks("sh")}))
def test_the_commands_of_a_page_run(page: str, work: Path, costly_done: set[tuple[str, ...]], tmp_path: Path):
    shell = Shell(work, tmp_path / "home")
    done = set() if page.startswith(FOLLOWED) else costly_done
    for block, below in followed(page):
        told = [run(each, block, shell, done) for each in statements(block.text)]
        if below and None not in told:
            printed = "".join(text or "" for text in told)
            assert shows(below.text, printed), f"{below} shows\n{below.text}\nand was printed:\n{printed}"


def run(statement: Statement, block: Block, shell: Shell, costly_done: set[tuple[str, ...]]) -> str | None:
    """Return what a statement prints, or None where it is not run."""
    if why_not(statement) or statement.commands[0][1:] in costly_done:
        return None
    words = statement.commands[0]
    if statement.is_plain and words[0].removeprefix(".venv/bin/") == "patronage":
        done = patronage(*words[1:], cwd=shell.folder, environment=shell.environment)
        if words[1] in COSTLY:
            costly_done.add(words[1:])
    else:
        done = shell.run(statement.text.replace(".venv/bin/", ""))
    assert done.returncode == 0, f"{block}: {statement.text}\n{done.stdout}{done.stderr}"
    assert "Traceback" not in done.stderr
    return str(done.stdout + done.stderr)


def shows(shown: str, printed: str) -> bool:
    """Say whether a text was printed; `…` stands for anything, and lines may be broken elsewhere."""
    words = [" .*?" if word == "…" else f" {re.escape(word).replace('…', '.*?')}" for word in _words(shown)]
    pattern = "".join(words).replace(" .*? ", " .*?").removesuffix(" .*?")
    return re.search(f"{pattern}(?: |$)", " " + " ".join(_words(printed))) is not None


def _words(text: str) -> list[str]:
    return [word for word in text.split() if set(word) != {"─"}]


def test_an_output_may_be_shortened_and_broken_elsewhere_and_says_no_other_thing():
    printed = "ran abc-1\n── ──\n12 customers who\nbought\n  wrote a.csv\n"
    assert shows("12 customers\n  who bought\n…\nwrote a.csv\n", printed)
    assert shows("ran …-1\n", printed)
    assert not shows("13 customers who bought\n", printed)
    assert not shows("12 customers bought\n", printed)
    assert not shows("2 customers who bought\n", printed)
