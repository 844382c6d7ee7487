"""A function imports only what its layers hold: the heavy libraries do not fit beside each other."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests_support import REPOSITORY

TABLES = {"duckdb", "deltalake", "arro3"}
LEARN = {"numpy", "scipy", "sklearn"}
SPARK = {"pyspark", "sqlglot"}
NEVER = {"pandas", "pyarrow", "awswrangler", "typer", "rich"} | SPARK
BLOCKED = {
    "catalog": TABLES | SPARK | {"scipy", "sklearn", "typer", "rich"},
    "compact": LEARN | NEVER,
    "ingest": LEARN | NEVER,
    "segment": LEARN | NEVER,
    "segment_learn": TABLES | NEVER,
    "train_tables": LEARN | NEVER,
    "publish": LEARN | NEVER,
    "train": TABLES | NEVER,
    "lookup": TABLES | LEARN | NEVER,
    "api": TABLES | LEARN | NEVER,
    "collect": TABLES | LEARN | NEVER,
    "erase": LEARN | NEVER,
    "monitor": LEARN | NEVER,
    "monitor_learn": TABLES | NEVER,
    "spark_job": TABLES | LEARN | NEVER,
}
PROGRAM = """
import importlib.util, sys
sys.modules.update(dict.fromkeys({blocked!r}))
for path in {paths!r}:
    print(path, file=sys.stderr)
    spec = importlib.util.spec_from_file_location("handler", path)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
"""


def _alike() -> list[list[str]]:
    """Return the functions that lack the same libraries together: one process can import them all."""
    found: dict[frozenset[str], list[str]] = {}
    for function, blocked in sorted(BLOCKED.items()):
        found.setdefault(frozenset(blocked), []).append(function)
    return list(found.values())


def test_every_function_is_held_to_its_layers():
    folders = {path.parent.name for path in REPOSITORY.glob("functions/*/handler.py")}
    assert folders == set(BLOCKED)


@pytest.mark.parametrize("functions", _alike(), ids=" ".join)
def test_a_handler_imports_only_what_its_layers_hold(functions):
    paths = [str(REPOSITORY / "functions" / function / "handler.py") for function in functions]
    program = PROGRAM.format(blocked=sorted(BLOCKED[functions[0]]), paths=paths)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
