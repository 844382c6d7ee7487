"""Run commands of pages: ours in this process, for their imports are paid once; the shell's in a shell."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

import pytest

from patronage.cli import main
from patronage.cli.lines import console

if TYPE_CHECKING:
    from collections.abc import Mapping

BIN = Path(sys.executable).parent
WIDTH = 100


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


class Shell:
    """A shell that stays where it went; its home is a folder of its own.

    Parameters
    ----------
    folder : Path
        Where it begins.
    home : Path
        What `~` is.
    """

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        self._home = home
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
        return {"HOME": str(self._home), "PATH": path, "COLUMNS": str(WIDTH), "NO_COLOR": "1", **of_stack}
