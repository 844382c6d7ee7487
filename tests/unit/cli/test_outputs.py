"""Tables as terminals and other programs get them."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from patronage.cli import outputs

KEY = "raw/customers/customers-2026-11-30.csv"
WIDTH = 40


def table(monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool) -> list[str]:
    written = io.StringIO()
    console = Console(
        file=written, force_terminal=is_terminal, width=WIDTH, highlight=False, color_system=None
    )
    monkeypatch.setattr(outputs, "console", console)
    reason = "a sentence of many words, which may well go on below, and then go on"
    outputs.print_rows("Uploads", ("Key", "Read", "Reason"), [(f"{KEY} (again)", "1,149", reason)])
    assert console.width == WIDTH
    return written.getvalue().splitlines()


def test_a_narrow_terminal_breaks_long_words(monkeypatch: pytest.MonkeyPatch):
    lines = table(monkeypatch, is_terminal=True)
    assert max(map(len, lines)) <= WIDTH
    assert not any(KEY in line for line in lines)


def test_another_program_gets_words_whole_and_sentences_wrapped(monkeypatch: pytest.MonkeyPatch):
    lines = table(monkeypatch, is_terminal=False)
    assert any(KEY in line for line in lines)
    assert not any("a sentence of many words, which" in line for line in lines)
