"""`patronage init` writes every setting with its type, default and meaning, and never over a file."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from patronage.cli import app
from patronage.configuration import Settings, StackSettings, read_settings, settings_text, write_settings
from patronage.errors import BadInput, Conflict
from patronage.settings import Shop, type_name

if TYPE_CHECKING:
    from pathlib import Path

TEXT = settings_text()


def entries(text: str) -> dict[str, tuple[str, str]]:
    """Return the comment above each setting, and its line."""
    found = re.findall(r"((?:^# .*\n)+?)^((?:# )?(\w+) = .*)$", text, re.MULTILINE)
    return {name: (" ".join(about.replace("# ", "").split()), line) for about, line, name in found}


@pytest.mark.parametrize("kind", [Shop, StackSettings])
def test_every_setting_stands_there_with_type_default_and_meaning(kind):
    for setting in fields(kind):
        about, line = entries(TEXT)[setting.name]
        assert about.endswith(f" ({type_name(setting)})")
        assert len(about.split()) > 6
        (value,) = tomllib.loads(line.removeprefix("# ")).values()
        assert kind.from_mapping({setting.name: value}) == kind()


def test_without_the_marks_it_says_what_holds_anyway(tmp_path: Path):
    path = tmp_path / "patronage.toml"
    for text in (TEXT, re.sub(r"^# (\w+ = )", r"\1", TEXT, flags=re.MULTILINE)):
        path.write_text(text, encoding="utf-8")
        assert read_settings(path) == Settings()


def test_what_is_chosen_is_set_and_the_rest_stands_behind_a_mark(tmp_path: Path):
    path = tmp_path / "patronage.toml"
    write_settings(path, currency="GBP", timezone="Europe/London")
    assert read_settings(path).shop == Shop(currency="GBP", timezone="Europe/London")
    set_there = [line for line in path.read_text().splitlines() if re.match(r"\w", line)]
    assert set_there == ['currency = "GBP"', 'timezone = "Europe/London"']


def test_a_file_that_is_there_stays(tmp_path: Path):
    path = tmp_path / "patronage.toml"
    path.write_text("mine")
    with pytest.raises(Conflict, match=r"patronage\.toml is there already and is left as it is"):
        write_settings(path)
    assert path.read_text() == "mine"


def test_a_wrong_choice_writes_nothing(tmp_path: Path):
    with pytest.raises(BadInput, match="'Mars' is not an IANA time zone"):
        write_settings(tmp_path / "patronage.toml", timezone="Mars")
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_the_file_and_says_so(tmp_path: Path):
    path = tmp_path / "mine.toml"
    done = CliRunner().invoke(app, ["init", str(path), "--currency", "JPY"])
    assert (done.exit_code, done.stdout.startswith("wrote ")) == (0, True)
    assert read_settings(path).shop.currency == "JPY"
