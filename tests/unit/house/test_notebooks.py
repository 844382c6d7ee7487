"""The notebooks as they are kept: run from top to bottom, small, and of the public API alone."""

from __future__ import annotations

import ast
import json
import re

import pytest

import patronage
from tests_support import REPOSITORY

FOLDER = REPOSITORY / "notebooks"
NAMES = [
    "01_exploratory_analysis",
    "02_customer_segmentation",
    "03_recommendation_system",
    "04_model_evaluation",
]
MOST_BYTES = 300_000
OF_A_MACHINE = re.compile(r"/(?:work|home|root|tmp|usr|Users)/|site-packages|[A-Z]:\\\\")


def read(name: str) -> dict:
    return json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))


def code_of(name: str) -> list[dict]:
    return [cell for cell in read(name)["cells"] if cell["cell_type"] == "code"]


def trees(name: str) -> list[ast.Module]:
    return [ast.parse("".join(cell["source"])) for cell in code_of(name)]


def test_the_four_are_there_and_no_other():
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_it_is_kept_as_it_ran(name):
    cells = code_of(name)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    kinds = {output["output_type"] for cell in cells for output in cell["outputs"]}
    assert "error" not in kinds
    streams = [each for cell in cells for each in cell["outputs"] if each["output_type"] == "stream"]
    assert {each["name"] for each in streams} <= {"stdout"}


@pytest.mark.parametrize("name", NAMES)
def test_it_is_small_and_says_nothing_of_a_machine(name):
    path = FOLDER / f"{name}.ipynb"
    assert path.stat().st_size < MOST_BYTES
    notebook = read(name)
    for cell in notebook["cells"]:
        outputs = cell.get("outputs", [])
        told = [value for each in outputs for kind, value in each.get("data", {}).items() if "text" in kind]
        told += [each["text"] for each in outputs if "text" in each]
        text = "".join(cell["source"]) + "".join("".join(each) for each in told)
        assert not OF_A_MACHINE.search(text), text[:500]
        assert "execution" not in cell["metadata"]  # when each cell ran changes with every run
    assert set(notebook["metadata"]) == {"kernelspec", "language_info"}


@pytest.mark.parametrize("name", NAMES)
def test_it_shows_pictures_and_says_what_they_mean(name):
    shown = [kind for cell in code_of(name) for each in cell["outputs"] for kind in each.get("data", {})]
    assert "image/png" in shown
    last = [cell for cell in read(name)["cells"] if cell["cell_type"] == "markdown"][-1]
    assert "".join(last["source"]).startswith("## What this says")


@pytest.mark.parametrize("name", NAMES)
def test_its_last_cell_holds_the_conclusions_to_the_numbers(name):
    asserted = [node for node in ast.walk(trees(name)[-1]) if isinstance(node, ast.Assert)]
    said = "".join(read(name)["cells"][-2]["source"])
    assert read(name)["cells"][-2]["cell_type"] == "markdown"
    assert len(asserted) >= said.count("\n- ")


@pytest.mark.parametrize("name", NAMES)
def test_it_uses_the_public_api_and_no_more(name):
    imported, of_patronage = set(), set()
    for tree in trees(name):
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                imported |= {each.name for each in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(f"from {node.module}")
            elif isinstance(node, ast.Attribute):
                assert not node.attr.startswith("_"), node.attr
                if isinstance(node.value, ast.Name) and node.value.id == "patronage":
                    of_patronage.add(node.attr)
    assert {"matplotlib.pyplot", "patronage"} <= imported <= {"matplotlib.pyplot", "pandas", "patronage"}
    assert of_patronage <= set(patronage.__all__)
