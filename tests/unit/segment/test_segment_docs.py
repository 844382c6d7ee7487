"""What docs/segments.md says of settings, files and columns is so."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields

import pytest

from patronage.logic.segments.methods import METHODS
from patronage.logic.segments.options import SegmentOptions
from patronage.logic.segments.rfm import SEGMENTS
from patronage.steps.figures import ANALYTICS
from tests_support import REPOSITORY

TEXT = (REPOSITORY / "docs/segments.md").read_text(encoding="utf-8")
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
ROWS = [line.strip("|").split("|") for line in TEXT.splitlines() if line.startswith("| `")]
CELLS = {cells[0].strip().strip("`"): [cell.strip() for cell in cells] for cells in ROWS}


def test_every_setting_is_listed_with_its_default():
    for each in fields(SegmentOptions):
        if each.name == "rfm_map":
            assert "settings/rfm_map.csv" in TEXT
            continue
        default = getattr(SegmentOptions(), each.name)
        shown = CELLS[each.name][2].strip("`")
        assert shown == ("—" if default == {} else str(default)), each.name


def test_the_example_is_taken():
    (example,) = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    options = SegmentOptions.from_toml(example)
    assert options.thresholds == tomllib.loads(example)["thresholds"]


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_listed_with_its_column(method):
    assert CELLS[method][1] == f"`{METHODS[method].column}`"


def test_every_document_that_is_served_is_named():
    for file in ANALYTICS.values():
        folder, _, name = file.rpartition("/")
        stem = name.removesuffix(".json").removesuffix("-by-country")
        listed = [row[0] for row in ROWS if f"{folder}/" in row[0]]
        assert any(stem in cell for cell in listed), file


def test_eleven_segments_are_named_beside_no_purchase():
    assert len(SEGMENTS) == 12
    assert "eleven named segments" in TEXT
    assert "docs/segments.md" in README
