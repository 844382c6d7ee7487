"""The fenced blocks of pages are what they say: TOML that its reader takes, SQL and Python that run, JSON."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from deltalake import DeltaTable

from blocks_support import Block, blocks
from patronage.configuration import read_settings
from patronage.logic.engine_choice import EngineOptions
from patronage.logic.ingest.dialects import parse_dialect
from patronage.logic.ingest.options import options_for
from patronage.logic.ingest.quality_rules import parse_rules
from patronage.logic.monitor.options import MonitorOptions
from patronage.logic.segments.options import SegmentOptions
from tests_support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable

CHECKED = {"sh", "python", "toml", "sql", "json"}
SHOWN = {"text", "", "tsx"}
"""What is shown as it is: output, pictures of letters, files of other kinds, a sketch of a panel."""
BUILT = {"{toctree}", "{include}", "{eval-rst}"}
"""Directives, which `make docs` builds."""


ALLOWED = tomllib.loads((REPOSITORY / "tests/docs/allowed_blocks.toml").read_text(encoding="utf-8"))["block"]


def checked(language: str) -> list[Block]:
    return [block for block in blocks(language) if not any(is_of(block, entry) for entry in ALLOWED)]


def is_of(block: Block, entry: dict[str, str]) -> bool:
    return block.page == entry["page"] and block.text.startswith(entry["begins"])


def test_every_block_is_of_a_language_that_is_checked_or_only_shown():
    others = {
        block.language: str(block) for block in blocks() if block.language not in CHECKED | SHOWN | BUILT
    }
    assert others == {}, "name the language sh, python, toml, sql or json; what is no such thing is text"
    assert {block.language for block in blocks()} >= CHECKED


@pytest.mark.parametrize("entry", ALLOWED, ids=lambda each: each["page"])
def test_every_block_that_is_left_out_is_there_and_has_its_reason(entry: dict[str, str]):
    assert entry["reason"]
    assert any(is_of(block, entry) for block in blocks(*CHECKED))


def _names(kind: type[Any]) -> set[str]:
    return {each.name for each in fields(kind)}


def _settings(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "patronage.toml"
        file.write_text(text, encoding="utf-8")
        read_settings(file)


READERS: list[tuple[Callable[[set[str]], bool], Callable[[str], object]]] = [
    (lambda names: names <= {"shop", "stack"}, _settings),
    (lambda names: "columns" in names, lambda text: parse_dialect(text, "a page")),
    (lambda names: "files" in names, lambda text: options_for("raw/orders/a.csv", settings=text)),
    (lambda names: "rules" in names, parse_rules),
    (lambda names: names <= _names(MonitorOptions), MonitorOptions.from_toml),
    (lambda names: names <= _names(EngineOptions), EngineOptions.from_toml),
    (lambda names: names <= _names(SegmentOptions), SegmentOptions.from_toml),
    (lambda _: True, lambda text: options_for("raw/orders/a.csv", sidecar=text)),
]
"""By the names at the top of a file who reads it; what nobody else would take is a sidecar."""


@pytest.mark.parametrize("block", checked("toml"), ids=str)
def test_settings_are_taken_by_what_reads_them(block: Block):
    names = set(tomllib.loads(block.text))
    read = next(reader for is_its, reader in READERS if is_its(names))
    read(block.text)


def test_settings_that_nobody_takes_are_found():
    with pytest.raises(Exception, match="delimeter"):
        READERS[-1][1]('delimeter = ";"')


@pytest.mark.parametrize("block", checked("json"), ids=str)
def test_documents_are_json(block: Block):
    json.loads(block.text)


def test_queries_run_over_the_lake(sample: Path):
    with duckdb.connect() as lake:
        for table in sorted((sample / "patronage-data" / "lake").glob("*/_delta_log")):
            lake.register(table.parent.name, DeltaTable(table.parent).to_pyarrow_dataset())
        assert lake.execute("SELECT COUNT(*) FROM orders").fetchone() > (1000,)
        for block in checked("sql"):
            lake.execute(block.text)


@pytest.mark.parametrize("page", sorted({block.page for block in checked("python")}))
def test_programs_run(page: str, sample: Path, tmp_path: Path):
    """The blocks of a page are one program."""
    folder = tmp_path / "work"
    shutil.copytree(sample, folder, symlinks=True)
    program = tmp_path / "page.py"
    program.write_text(
        "\n".join(block.text for block in checked("python") if block.page == page), encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", str(program)],
        cwd=folder,
        env=os.environ | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{page}\n{done.stdout}{done.stderr}"


def test_files_that_blocks_of_examples_name_are_there():
    text = "\n".join(block.text for block in blocks())
    named = {
        word.strip("'\"`,;)") for word in text.split() if word.startswith(("docs/examples/", "docs/clients/"))
    }
    assert named
    assert {path for path in named if not (REPOSITORY / path).is_file()} == set()
