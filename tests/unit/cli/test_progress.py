from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from patronage.cli.progress import Stages


def shown(*, is_terminal: bool) -> tuple[Stages, io.StringIO]:
    written = io.StringIO()
    return Stages(Console(file=written, force_terminal=is_terminal, width=80, highlight=False)), written


def test_without_a_terminal_each_stage_is_plain_lines() -> None:
    stages, written = shown(is_terminal=False)
    with stages.stage("Deploy [the] stack") as stage:
        stage.update("Pin")
        stage.note = "7 functions"
    assert re.fullmatch(r"Deploy \[the\] stack\n  Pin\n  ✓ \(7 functions\) \d+\.\d s\n", written.getvalue())


def test_in_a_terminal_the_stage_stays_as_one_line() -> None:
    stages, written = shown(is_terminal=True)
    with stages.stage("Deploy") as stage:
        stage.update("Pin")
    assert re.search(r"✓ Deploy \d+\.\d s", written.getvalue())


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_failed_stage_is_shown_as_failed_and_the_error_goes_on(is_terminal: bool) -> None:
    stages, written = shown(is_terminal=is_terminal)
    with pytest.raises(ValueError, match="no"), stages.stage("Deploy"):
        raise ValueError("no")
    assert "✗" in written.getvalue()
    assert stages.seconds >= 0
