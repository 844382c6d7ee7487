"""Run commands of pages: ours in this process, for their imports are paid once; the shell's in a shell."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import pytest
from typer.main import get_command

from patronage.cli import app, main
from patronage.cli.lines import console

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blocks_support import Statement

BIN = Path(sys.executable).parent
WIDTH = 100
NOT_HERE = {
    "make": "it deploys, builds or tests; test_commands.py holds its target",
    "aws": "it asks AWS; test_commands.py holds its operation and options",
    "curl": "it asks a deployed API, which tests/local_cloud has",
    "npm": "`make dashboard` and `make test-dashboard` run it; test_commands.py holds its script",
    "pytest": "tests run tests once",
    ".": "the environment of these tests stands for the one that was made",
}


def patronage(
    *arguments: str, cwd: Path, environment: Mapping[str, str] | None = None, width: int = WIDTH
) -> subprocess.CompletedProcess[str]:
    """Do what the command does."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(console, "width", width)
        patch.chdir(cwd)
        for name, value in {"COLUMNS": str(width), "NO_COLOR": "1", **(environment or {})}.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["patronage", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
    code = ended.value.code
    return subprocess.CompletedProcess(
        arguments, code if isinstance(code, int) else int(code is not None), out.getvalue(), err.getvalue()
    )


def why_not(statement: Statement) -> str:
    """Return why a statement is not run, if it is not."""
    for command in statement.commands:
        name, *words = (word.removeprefix(".venv/bin/") for word in command)
        if name in NOT_HERE:
            return NOT_HERE[name]
        if name == "patronage" and asks_a_stack(words):
            return "it starts a cloud, or asks a deployed stack, which tests/local_cloud has"
        if name.startswith("python") and (words[0] == "-m" or words[0].startswith("tests/")):
            return "it makes an environment, or runs what the suite runs"
        if name in {"patronage", "python"} and any(map(_is_placeholder, words, ["", *words])):
            return "it names something that each reader has another of"
    return ""


def asks_a_stack(words: list[str]) -> bool:
    """Say whether a command is about a stack: because it says so, or because it knows nothing else."""
    command: Any = get_command(app)
    for word in words:
        if not hasattr(command, "get_command"):
            break
        command = command.get_command(None, word)
    always = [each for each in command.params if each.name == "stack" and (each.required or each.default)]
    return "--stack" in words or bool(always) or words[0] == "demo"


def _is_placeholder(word: str, before: str) -> bool:
    """Say whether a word stands for another: `NAME@VERSION`, `RUN`, or a run's id, which holds its time."""
    shape = r"[A-Z][A-Z_]+(@[A-Z]+)?|\w+@RUN\d*|.*\d{8}T\d{6}.*"
    return "…" in word or (before != "--currency" and re.fullmatch(shape, word) is not None)


class Shell:
    """A shell that stays where it went; its home is a folder of its own.

    Parameters
    ----------
    folder : Path
        Where it begins.
    home : Path
        What `~` is.
    more : Mapping[str, str]
        What else is set for commands.
    """

    def __init__(self, folder: Path, home: Path, more: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self._home = home
        self._more = dict(more or {})
        home.mkdir()

    def run(self, statement: str) -> subprocess.CompletedProcess[str]:
        """Run a statement, with our commands first on the path."""
        where = self._home / ".where"
        done = subprocess.run(
            ["bash", "-e", "-c", f"{statement}\npwd > {where}"],
            cwd=self.folder,
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            self.folder = Path(where.read_text(encoding="utf-8").strip())
        return done

    @property
    def environment(self) -> dict[str, str]:
        """What is set for commands; of a stack the secret that only whoever deployed it has."""
        path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
        of_stack = {"PATRONAGE_VISITOR_SECRET_VALUE": token_hex(32)}
        return {
            "HOME": str(self._home),
            "PATH": path,
            "COLUMNS": str(WIDTH),
            "NO_COLOR": "1",
            **of_stack,
            **self._more,
        }
