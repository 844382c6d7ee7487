"""Show where a command of several stages stands: live in a terminal, as plain lines elsewhere."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console
    from rich.status import Status


@contextmanager
def counting(title: str, console: Console) -> Iterator[Callable[[int], None]]:
    """Give a function that is told the rows so far and shows them, in a terminal, until the block ends."""
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status(title) as spinner:
        yield lambda rows: spinner.update(f"{title}: {rows:,} rows")


class Stage:
    """One stage of a command, while it runs."""

    def __init__(self, title: str, *, console: Console, spinner: Status | None) -> None:
        self._title = title
        self._console = console
        self._spinner = spinner
        self.note = ""

    def update(self, text: str) -> None:
        """Say where the stage stands."""
        if self._spinner is not None:
            self._spinner.update(f"{self._title}: {text}")
        else:
            self._console.print(f"  {text}", markup=False, soft_wrap=True)


class Stages:
    """The stages of a command, timed from the first one on."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        """Return how long the command has run."""
        return time.monotonic() - self._started

    @contextmanager
    def stage(self, title: str) -> Iterator[Stage]:
        """Show a stage until the block ends, then what it took, with the stage's `note`.

        An error shows the stage as failed and goes on.
        """
        started = time.monotonic()
        if self._console.is_terminal:
            with self._console.status(title) as spinner:
                stage = Stage(title, console=self._console, spinner=spinner)
                yield from self._timed(stage, title, started)
        else:
            self._console.print(title, markup=False)
            stage = Stage(title, console=self._console, spinner=None)
            yield from self._timed(stage, title, started)

    def _timed(self, stage: Stage, title: str, started: float) -> Iterator[Stage]:
        try:
            yield stage
        except BaseException:
            self._end("✗", title, "failed", started)
            raise
        self._end("✓", title, stage.note, started)

    def _end(self, mark: str, title: str, note: str, started: float) -> None:
        told = f"{mark} {title}" if self._console.is_terminal else f"  {mark}"
        line = f"{told} {f'({note}) ' if note else ''}{time.monotonic() - started:.1f} s"
        self._console.print(line, markup=False, soft_wrap=True)
